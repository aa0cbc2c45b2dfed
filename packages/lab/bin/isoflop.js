#!/usr/bin/env node
// In the repository, not built: npm links a command only if its file is there when it installs.
import "../dist/cli/main.js";
