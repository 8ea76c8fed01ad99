/** What became of one component: a DeployMessage of the Metadata API. */
export interface ComponentResult {
  /** Empty for the manifests themselves. */
  readonly componentType: string
  readonly fullName: string
  readonly fileName: string
  readonly created: boolean
  readonly changed: boolean
  readonly deleted: boolean
  readonly id?: string
  readonly problem?: string
  readonly problemType?: 'Error' | 'Warning'
  readonly success: boolean
}

/** Which component it is about. */
export type ComponentName = Pick<ComponentResult, 'componentType' | 'fullName' | 'fileName'>

const UNTOUCHED = { created: false, changed: false, deleted: false }

export function failed(name: ComponentName, problem: string): ComponentResult {
  return { ...name, ...UNTOUCHED, problem, problemType: 'Error', success: false }
}

/** There was nothing to do, which is worth telling. */
export function warned(name: ComponentName, problem: string): ComponentResult {
  return { ...name, ...UNTOUCHED, problem, problemType: 'Warning', success: true }
}

export function succeeded(
  name: ComponentName,
  done: Partial<Pick<ComponentResult, 'created' | 'changed' | 'deleted' | 'id'>>,
): ComponentResult {
  return { ...name, ...UNTOUCHED, ...done, success: true }
}
