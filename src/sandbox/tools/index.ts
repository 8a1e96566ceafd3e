// The built-in tools, by name. A new tool is one file beside this one, and its line here.

import type { Tool } from '../../kernel/types.ts';
import { editTool } from './edit.ts';
import { execTool } from './exec.ts';
import { httpTool } from './http.ts';
import { jsTool } from './js.ts';
import { listTool } from './list.ts';
import { readTool } from './read.ts';
import { searchTool } from './search.ts';
import { writeTool } from './write.ts';

const tools: readonly Tool[] = [readTool, listTool, searchTool, writeTool, editTool, jsTool, httpTool, execTool];

/** Every built-in tool, by name. */
export const builtInTools: ReadonlyMap<string, Tool> = new Map(tools.map((tool) => [tool.name, tool]));
