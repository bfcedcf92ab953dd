using System.CommandLine;
using Nines.Cli.Config;
using Nines.Cli.Output;
using Nines.Cli.Verbs;
using Nines.Probing;

var screen = Screen.OfThisProcess();
var time = TimeProvider.System;
var reading = ReadContext.Of(ConfigOption.DataFolder, time, screen);

var root = new RootCommand("Nines: how long your systems were really unusable, why, and seen from where.")
{
    InitVerb.Create(),
    CheckVerb.Create(new ConfigSurroundings(), screen),
    UpVerb.Create(time, screen),
    ProbeVerb.Create(time, screen),
    GetVerb.Create(reading),
    ExplainVerb.Create(reading),
    ReportVerb.Create(reading),
    SchemaVerb.Create(ProbeType.All, screen),
};
return await Shell.RunAsync(root, args, screen);
