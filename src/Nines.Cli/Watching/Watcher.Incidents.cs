using System.Collections.Immutable;
using System.Globalization;
using Nines.Cli.Output;
using Nines.Cli.Watching.Control;
using Nines.Core;
using Nines.Core.Control;
using Nines.Core.Facts;
using Nines.Response.StatusPage;
using NodaTime;

namespace Nines.Cli.Watching;

// What people tell the public: checked against the status page that is in effect, and put on record.
internal sealed partial class Watcher
{
    /// <summary>What goes on with an incident is complete when it comes here: <see cref="Operator"/> has filled in what it has already.</summary>
    private ControlReply Post(ControlCommand.PostIncident post, string by, Instant now)
    {
        if (config.StatusPage is not { Options: var page }) throw new Fault("NIN4360", ExitCode.CalledWrong, "there is no status page to post on. Write status_page into the config.");
        var name = Written(post.Name, "the headline", lines: false)?.Trim() ?? "";
        if (name.Length is 0 or > IncidentPosted.LongestName)
            throw new Fault("NIN4362", ExitCode.CalledWrong, $"the headline has {name.Length} characters. Write one line of 1 to {IncidentPosted.LongestName}.");
        var body = Written(post.Body, "the text")!;
        if (PageMarkdown.ProblemOf(body) is { } problem) throw new Fault("NIN4362", ExitCode.CalledWrong, $"the text: {problem}.");
        var known = page.Components.Select(component => component.Id).ToArray();
        ImmutableArray<string> components = [.. (post.Components ?? []).Distinct()];
        foreach (var id in components)
            if (!known.Contains(id))
                throw new Fault("NIN4362", ExitCode.CalledWrong, $"there is no '{id}' on the status page. {(DidYouMean.Closest(id, known) is { } near ? $"Did you mean '{near}'?" : $"Its components are {string.Join(", ", known.Take(20))}{(known.Length > 20 ? ", …" : "")}.")}");
        var incident = post.Incident ?? PublicIds.Fresh();
        stage.Add(new IncidentPosted(now, incident, post.Phase, name, post.Impact ?? IncidentImpact.Minor, body, components, post.Outage, by));
        return ControlReply.Done(string.Create(CultureInfo.InvariantCulture, $"{incident} is {post.Phase.ToString().ToLowerInvariant()}: {new Uri(page.Url, PagePath.OfIncident(incident))}")) with { Made = incident };
    }
}
