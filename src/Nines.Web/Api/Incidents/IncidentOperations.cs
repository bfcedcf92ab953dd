using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Control;
using Nines.Core.Facts;
using Nines.Ledger;
using Nines.Response.StatusPage;
using Nines.Web.Access;
using Nines.Web.Api.Documents;
using Nines.Web.Live;
using NodaTime;

namespace Nines.Web.Api.Incidents;

/// <summary>What the public is told of incidents, and what people tell it.</summary>
public sealed class IncidentOperations(LiveLedger ledger, ConsoleOptions console, Commands commands, TimeProvider time)
{
    /// <summary>Outages that a post is offered to be about, the latest.</summary>
    private const int MostOffered = 30;

    /// <summary>Whether there is a status page to post on.</summary>
    public bool HasPage => console.StatusPage() is not null;

    /// <summary>As the page tells them: posted ones, and those that outages became by themselves.</summary>
    /// <param name="open">Only those that are not resolved (true) or are (false).</param>
    /// <exception cref="ApiProblem">There is no status page.</exception>
    public Task<PublicIncidentsDocument> ListAsync(bool? open, PageAsked page, CancellationToken cancellation)
    {
        var options = RequirePage();
        return ledger.ReadAsync(ledger =>
        {
            var incidents = PageMaker.IncidentsOf(ledger, options, console.PublicIds, Instant.FromDateTimeOffset(time.GetUtcNow())).Where(incident => open is null || incident.IsResolved != open);
            // The newest first, by when they may have begun; the id tells apart what began together.
            var shown = page.Cut(incidents, incident => FormattableString.Invariant($"{incident.Began.Earliest.ToUnixTimeTicks():D19} {incident.Id}"), descending: true);
            var posted = ledger.Incidents.ToDictionary(incident => incident.Id, StringComparer.Ordinal);
            return new PublicIncidentsDocument
            {
                AsOfPosition = ledger.Position.Value,
                Page = options.Url.AbsoluteUri,
                Components = [.. options.Components.Select(component => new PublicComponentRow(component.Id, component.Name))],
                Incidents = [.. shown.Rows.Select(incident => RowOf(incident, incident.IsAutomatic ? null : posted.GetValueOrDefault(incident.Id), options))],
                Next = shown.Next,
            };
        }, cancellation);
    }

    /// <summary>What a form to post is filled with.</summary>
    /// <param name="outage">The one that it shall be about; null for none.</param>
    /// <exception cref="ApiProblem">There is no status page, or no such outage.</exception>
    public Task<IncidentDraft> DraftAsync(string? outage, CancellationToken cancellation)
    {
        var options = RequirePage();
        return ledger.ReadAsync(ledger =>
        {
            ImmutableArray<string> offered = [.. ledger.Outages.OrderByDescending(one => one.IsOpen).ThenByDescending(one => one.Began.Earliest).Take(MostOffered).Select(one => one.Id)];
            if (outage is null) return new IncidentDraft(null, IncidentImpact.Minor, [], offered);
            var about = ledger.FindOutage(outage)
                ?? throw ApiProblem.NotFound("NIN4007", "No such outage", $"No outage on record is named '{outage}'.{DidYouMean.Sentence(outage, ledger.Outages.Select(one => one.Id))}");
            return new IncidentDraft(
                about.Id, about.Region is null ? IncidentImpact.Major : IncidentImpact.Minor,
                [.. options.Components.Where(component => component.Shows.Contains(about.Component)).Select(component => component.Id)],
                offered.Contains(about.Id) ? offered : [about.Id, .. offered]);
        }, cancellation);
    }

    /// <exception cref="ApiProblem">There is no status page, the watch does not take it, or is out of reach.</exception>
    public Task<IncidentToldDocument> PostAsync(IncidentBody body, Caller by, CancellationToken cancellation) => TellAsync(
        new ControlCommand.PostIncident(null, body.Phase ?? IncidentPhase.Investigating, body.Name, body.Impact, body.Body.ReplaceLineEndings("\n"), Checked(body.Components) ?? [], body.Outage), by, cancellation);

    /// <param name="incident">One that people posted.</param>
    /// <inheritdoc cref="PostAsync"/>
    public Task<IncidentToldDocument> UpdateAsync(string incident, IncidentUpdateBody body, Caller by, CancellationToken cancellation) => TellAsync(
        new ControlCommand.PostIncident(incident, body.Phase, body.Name, body.Impact, body.Body.ReplaceLineEndings("\n"), Checked(body.Components), body.Outage), by, cancellation);

    private async Task<IncidentToldDocument> TellAsync(ControlCommand.PostIncident post, Caller by, CancellationToken cancellation)
    {
        var options = RequirePage();
        try
        {
            var told = await commands.TellAsync(post, by, cancellation);
            var incident = post.Incident ?? told.Made ?? throw new InvalidOperationException("A post that was taken has an id.");
            return new IncidentToldDocument { Incident = incident, Url = new Uri(options.Url, PagePath.OfIncident(incident)).AbsoluteUri };
        }
        catch (ApiProblem refused) when (refused.Code is "NIN4007" or "NIN4360" or "NIN4361" or "NIN4362")
        {
            // The watch says what is wrong with it; what that is over HTTP is said here.
            var why = refused.Detail.StartsWith($"{refused.Code}: ", StringComparison.Ordinal) ? refused.Detail[(refused.Code.Length + 2)..] : refused.Detail;
            throw refused.Code switch
            {
                "NIN4007" => ApiProblem.NotFound(refused.Code, "No such outage", why),
                "NIN4360" => NoPage(),
                "NIN4361" => ApiProblem.NotFound(refused.Code, "No such incident", why, "Ask for the list, and take the id of one that is not automatic; to stand in for an automatic one, post about its outage."),
                _ => new ApiProblem(422, refused.Code, "A post that cannot be taken", why, "Nothing was posted. Mend that, and post it again."),
            };
        }
    }

    private static ImmutableArray<string>? Checked(ImmutableArray<string>? components) =>
        components is { } all && all.Any(id => id is null) ? throw ApiProblem.Member("$.components", "has a hole: each is the public id of a component.") : components;

    private PageOptions RequirePage() => console.StatusPage() ?? throw NoPage();

    private static ApiProblem NoPage() => new(409, "NIN4360", "No status page", "There is no status page in the config that is in effect, so nothing is public.", "Write status_page into the config and reload it.");

    private static PublicIncidentRow RowOf(PageIncident incident, PostedIncident? posted, PageOptions options) => new()
    {
        Incident = incident.Id,
        Name = incident.Name,
        Phase = incident.Phase,
        Impact = incident.Impact,
        Open = !incident.IsResolved,
        Automatic = incident.IsAutomatic,
        Url = new Uri(options.Url, PagePath.OfIncident(incident.Id)).AbsoluteUri,
        CreatedAt = incident.CreatedAt,
        UpdatedAt = incident.UpdatedAt,
        BeganEarliest = incident.Began.Earliest,
        BeganLatest = incident.Began.Latest,
        EndedEarliest = incident.Ended?.Earliest,
        EndedLatest = incident.Ended?.Latest,
        Components = incident.Components,
        Updates = [.. incident.Updates.Select(update => new PublicUpdateRow(update.Phase, update.Body, update.At, update.Components))],
        Outage = posted?.Posts.Select(post => post.Outage).OfType<string>().LastOrDefault(),
        By = posted?.Last.By,
    };
}

/// <summary>What a form to post is filled with.</summary>
/// <param name="Outage">What it shall be about; null for nothing on record.</param>
/// <param name="Components">Public ids of what the outage took down.</param>
/// <param name="Outages">Those that it may be about, open ones first.</param>
public sealed record IncidentDraft(string? Outage, IncidentImpact Impact, ImmutableArray<string> Components, ImmutableArray<string> Outages);
