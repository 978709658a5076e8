import { main } from '#src/main.ts';
import { provider } from './provider.ts';

void main('create', provider);
