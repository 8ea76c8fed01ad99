/** Why a component can not be deployed; its message is the component's `problem`. */
export class ComponentProblem extends Error {
  override readonly name = 'ComponentProblem'
}
