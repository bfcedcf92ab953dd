using System.Collections.Immutable;
using System.CommandLine;
using Nines.Cli.Output;
using Nines.Cli.Verbs.Running;
using Nines.Cli.Watching.Control;
using Nines.Core;
using Nines.Core.Control;
using Nines.Ledger.Text;
using Nines.Web.Api.Documents;

namespace Nines.Cli.Verbs.Operating;

/// <summary><c>nines look COMPONENT</c>: has a watch that runs look at a component now; what is seen is judged and kept, unlike by <c>nines probe</c>.</summary>
public static class LookVerb
{
    public static Command Create(ReadContext context)
    {
        var component = new Argument<string>("component") { Description = "Which component", HelpName = "COMPONENT" };
        component.CompletionSources.Add(Suggestions.Components);
        var probe = new Option<string?>("--probe") { Description = "Only by this probe of it", HelpName = "NAME" };
        var data = new Option<string?>("--data") { Description = "The data folder of the watch; else the config's", HelpName = "FOLDER" };
        var (config, format) = (ConfigOption.Create(), OutputOption.Create());
        var command = new Command("look", "Make a running `nines up` look at a component now, and say what was seen") { component, probe, data, config, format };
        command.SetAction(async (parsed, cancellation) =>
        {
            var look = new ControlCommand.Look(ControlVerb.Names([parsed.GetValue(component)!]).First(), parsed.GetValue(probe));
            var reply = await ControlClient.SendAsync(context.DataFolder(parsed.GetValue(data), parsed.GetValue(config)!), look, context.Time, cancellation);
            // What went wrong, or is not on record yet; what was done shows in what was seen.
            if (reply.Exit != ExitCode.Done)
                foreach (var line in reply.Lines) context.Screen.Error.Write(ResultWriter.Printable(line, keepLines: false) + "\n");
            if (reply.Looks is not { } looks) return (int)reply.Exit;
            ResultWriter.Write(Render(looks), OutputOption.Read(parsed, format), context.Screen);
            return (int)(reply.Exit != ExitCode.Done ? reply.Exit : looks.Ok ? ExitCode.Done : ExitCode.SomethingIsWrong);
        });
        return command;
    }

    private static Result Render(AskedLooksDocument document)
    {
        var rows = document.Looks.SelectMany(look => look.Saw is not { } saw
            ? [[look.Probe, look.VantagePoint, "", "still looking", "", ""]]
            : ProbeVerb.Checked(saw, "by comparison: the judge").Select(row => (ImmutableArray<string>)[look.Probe, look.VantagePoint, look.State?.Word() ?? "says nothing", ProbeVerb.Seen(saw), row.Condition, row.Verdict]));
        ImmutableArray<string> lines = [.. document.Looks.SelectMany(look => look.Saw is { } saw ? ProbeVerb.Signals(saw) : [])];
        if (!document.Done) lines = lines.Add($"What still looks is judged when it has seen; the component's page and GET /api/v1/components/{document.Component}/looks show it.");
        return Result.Of(document, "looks", new Table(["PROBE", "FROM", "SAYS", "SEEN", "CONDITION", "VERDICT"], [.. rows]), lines);
    }
}
