using System.CommandLine;
using Nines.Cli.Output;
using Nines.Core;
using Nines.Core.Control;
using Nines.Core.Facts;

namespace Nines.Cli.Verbs.Operating;

/// <summary><c>nines reload | pause | resume | ack | note | correct</c>: what an operator tells a watch that runs.</summary>
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

    public static Command Note(ReadContext context)
    {
        var outage = AnyOutage(context);
        var text = new Argument<string>("text") { Description = $"What to keep with it, at most {OutageNoted.MostCharacters} characters", HelpName = "TEXT" };
        return ControlVerb.Create(context, "note", "Keep a note with an outage, open or over", [outage, text],
            parsed => new ControlCommand.NoteOutage(parsed.GetValue(outage)!, ControlVerb.Text(parsed.GetValue(text)!, "TEXT", OutageNoted.MostCharacters) ?? ""));
    }

    public static Command Correct(ReadContext context)
    {
        var outage = AnyOutage(context);
        var words = Enum.GetNames<CauseKind>().Select(name => name.ToLowerInvariant()).ToArray();
        var cause = new Option<string>("--cause") { Description = $"What it is: {string.Join(", ", words)}", HelpName = "CAUSE", Required = true };
        cause.CompletionSources.Add(words);
        var because = new Option<string>("--because") { Description = $"On what that rests, at most {CauseCorrected.MostCharacters} characters", HelpName = "TEXT", Required = true };
        return ControlVerb.Create(context, "correct", "Say that the cause of an outage is another one than was judged", [outage, cause, because], parsed =>
        {
            var word = parsed.GetValue(cause)!;
            if (!words.Contains(word))
                throw new Fault("NIN4021", ExitCode.CalledWrong, $"--cause: '{word}' is none. {(DidYouMean.Closest(word, words) is { } near ? $"Did you mean '{near}'?" : $"Say {string.Join(", ", words)}.")}");
            return new ControlCommand.CorrectCause(parsed.GetValue(outage)!, Enum.Parse<CauseKind>(word, ignoreCase: true), ControlVerb.Text(parsed.GetValue(because)!, "--because", CauseCorrected.MostCharacters) ?? "");
        });
    }

    private static Argument<string> AnyOutage(ReadContext context)
    {
        var outage = new Argument<string>("outage") { Description = "The outage's name, as `nines get outages` lists it", HelpName = "OUTAGE" };
        outage.CompletionSources.Add(Suggestions.Outages(context, open: false));
        return outage;
    }
}
