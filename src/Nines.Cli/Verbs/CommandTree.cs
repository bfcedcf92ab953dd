using System.CommandLine;
using System.CommandLine.Invocation;
using Nines.Cli.Config;
using Nines.Cli.Output;
using Nines.Cli.Verbs.Keeping;
using Nines.Cli.Verbs.Operating;
using Nines.Cli.Verbs.Pricing;
using Nines.Cli.Verbs.Reading;
using Nines.Cli.Verbs.Reports;
using Nines.Cli.Verbs.Running;
using Nines.Cli.Verbs.Setup;
using Nines.Probing;

namespace Nines.Cli.Verbs;

/// <summary>Every verb of <c>nines</c>, in the order in which a new user needs them.</summary>
internal static class CommandTree
{
    public static RootCommand Create(TimeProvider time, Screen screen)
    {
        var reading = ReadContext.Of(ConfigOption.DataFolder, time, screen);
        var root = new RootCommand("Nines: how long your systems were really unusable, why, and seen from where.")
        {
            InitVerb.Create(screen),
            CheckVerb.Create(new ConfigSurroundings(), time, screen),
            UpVerb.Create(time, screen),
            ProbeVerb.Create(time, screen),
            GetVerb.Create(reading),
            ExplainVerb.Create(reading),
            ReportVerb.Create(reading),
            ObjectivesVerb.Create(new ConfigSurroundings(), reading),
            ImportVerb.Create(reading),
            PriceVerb.Create(reading),
            BackupVerb.Create(ConfigOption.DataFolder, time, screen),
            BackupVerb.CreateRestore(ConfigOption.DataFolder, time, screen),
            MaintenanceVerb.Create(reading),
            StatusVerb.Create(reading),
            OperateVerbs.Reload(reading),
            LookVerb.Create(reading),
            OperateVerbs.Pause(reading),
            OperateVerbs.Resume(reading),
            OperateVerbs.Acknowledge(reading),
            OperateVerbs.Note(reading),
            OperateVerbs.Correct(reading),
            AccessVerbs.Users(ConfigOption.DataFolder, time, screen, Console.In, HiddenLine.Of(screen.Error)),
            AccessVerbs.Tokens(ConfigOption.DataFolder, time, screen),
            SelfCheckVerb.Create(time, screen),
            MailVerb.Create(time, screen),
            DemoVerb.Create(time, screen),
            DoctorVerb.Create(time, screen),
            SchemaVerb.Create(ProbeType.All, screen),
            CompletionVerb.Create(screen),
        };
        root.Options.OfType<VersionOption>().Single().Action = new SayVersion(screen);
        return root;
    }

    private sealed class SayVersion(Screen screen) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            screen.Out.Write($"nines {ProgramVersion.Text}\n");
            return (int)ExitCode.Done;
        }
    }
}
