// Prints a token that is good here only.
import { socketpair, transfer } from 'socketpair'

console.log(JSON.stringify(transfer(socketpair()[0])))
