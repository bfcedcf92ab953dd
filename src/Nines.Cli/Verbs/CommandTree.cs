using System.CommandLine;
using Nines.Cli.Config;
using Nines.Cli.Output;
using Nines.Probing;

namespace Nines.Cli.Verbs;

/// <summary>Every verb of <c>nines</c>, in the order in which a new user needs them.</summary>
internal static class CommandTree
{
    public static RootCommand Create(TimeProvider time, Screen screen)
    {
        var reading = ReadContext.Of(ConfigOption.DataFolder, time, screen);
        return new RootCommand("Nines: how long your systems were really unusable, why, and seen from where.")
        {
            InitVerb.Create(screen),
            CheckVerb.Create(new ConfigSurroundings(), screen),
            UpVerb.Create(time, screen),
            ProbeVerb.Create(time, screen),
            GetVerb.Create(reading),
            ExplainVerb.Create(reading),
            ReportVerb.Create(reading),
            SelfCheckVerb.Create(time, screen),
            DemoVerb.Create(time, screen),
            SchemaVerb.Create(ProbeType.All, screen),
            CompletionVerb.Create(screen),
        };
    }
}
