using System.CommandLine;
using Nines.Cli.Watching.Control;
using Nines.Core.Control;

namespace Nines.Cli.Verbs;

/// <summary><c>nines reload | pause | resume | ack</c>: what an operator tells a watch that runs.</summary>
public static class OperateVerbs
{
    public static Command Reload(ReadContext context) =>
        ControlVerb.Create(context, "reload", "Make a running `nines up` take over its config as it is now", [], _ => new ControlCommand.Reload());

    public static Command Pause(ReadContext context)
    {
        var components = ControlVerb.Components(ArgumentArity.OneOrMore);
        var length = ControlVerb.For("For how long; else until `nines resume`");
        var reason = ControlVerb.Reason();
        return ControlVerb.Create(context, "pause", "Stop looking at components; that time counts as unknown", [components, length, reason], parsed => new ControlCommand.PauseProbing(
            [.. ControlVerb.Names(parsed.GetValue(components))], ControlVerb.Length(parsed.GetValue(length)), ControlVerb.Text(parsed.GetValue(reason), "--reason")));
    }

    public static Command Resume(ReadContext context)
    {
        var components = ControlVerb.Components(ArgumentArity.ZeroOrMore);
        components.Description = "Names of components; else all that are paused";
        return ControlVerb.Create(context, "resume", "Look at paused components again", [components], parsed => new ControlCommand.ResumeProbing([.. ControlVerb.Names(parsed.GetValue(components))]));
    }

    public static Command Acknowledge(ReadContext context)
    {
        var outage = new Argument<string>("outage") { Description = "The outage's name, as `nines get outages --state open` lists it", HelpName = "OUTAGE" };
        outage.CompletionSources.Add(Suggestions.Outages(context, open: true));
        var note = new Option<string?>("--note") { Description = "What to keep with it", HelpName = "TEXT" };
        return ControlVerb.Create(context, "ack", "Say that you have seen an open outage and take care of it", [outage, note],
            parsed => new ControlCommand.Acknowledge(parsed.GetValue(outage)!, ControlVerb.Text(parsed.GetValue(note), "--note")));
    }
}
