import { Document } from './layout.js'

/** For who has not come in: the script sends the code of the link; without it somebody types the code. */
export function LoginPage({ failed }: { failed: boolean }) {
  return (
    <Document title="Log in">
      <main id="main" class="alone">
        <h1>mh-sf dashboard</h1>
        {failed ? (
          <p class="trouble" role="alert">
            This code is used up, too old, or none of ours. Stop <code>mh-sf dashboard</code> and start it again for
            another one.
          </p>
        ) : (
          <p>
            Open the link that <code>mh-sf dashboard</code> printed in its terminal, or give the code that stands beside
            it. It lets one browser in, once.
          </p>
        )}
        <form method="post" action="/login" id="login">
          <label for="code">Code</label>
          <input id="code" name="code" type="password" autocomplete="off" required spellcheck={false} />
          <button class="button strong">Come in</button>
        </form>
      </main>
    </Document>
  )
}

/** For what cannot be shown to whoever asks: a foreign host, a page that there is not. */
export function PlainPage({ title, text }: { title: string; text: string }) {
  return (
    <Document title={title}>
      <main id="main" class="alone">
        <h1>{title}</h1>
        <p>{text}</p>
        <p>
          <a href="/">To the sync status</a>
        </p>
      </main>
    </Document>
  )
}
