using Nines.Cli.Output;
using Nines.Cli.Verbs;

var screen = Screen.OfThisProcess();
return await Shell.RunAsync(CommandTree.Create(TimeProvider.System, screen), args, screen);
