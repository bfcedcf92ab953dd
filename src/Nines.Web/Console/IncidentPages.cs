using System.Collections.Immutable;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Nines.Core.Facts;
using Nines.Web.Access;
using Nines.Web.Api;
using Nines.Web.Api.Documents;
using Nines.Web.Api.Incidents;
using Nines.Web.Api.Routing;
using Nines.Web.Console.Pages;
using NodaTime;

namespace Nines.Web.Console;

/// <summary><c>/incidents</c>: what the public reads, with the forms of responders.</summary>
internal sealed class IncidentPages(IncidentOperations incidents, TimeProvider time)
{
    private const int RowsOnAPage = 20;

    private static readonly Format<string> Incident = Formats.Text(63);

    public void Map(WebApplication app)
    {
        app.MapPage("/incidents", "Incidents", async (context, _, cancellation) =>
        {
            if (!incidents.HasPage) return [];
            var query = new PageQuery(context.Request.Query);
            return new()
            {
                [nameof(Incidents.Open)] = await incidents.ListAsync(open: true, PageAsked.First, cancellation),
                [nameof(Incidents.Past)] = await incidents.ListAsync(open: false, query.Page(RowsOnAPage), cancellation),
                [nameof(Incidents.Draft)] = await incidents.DraftAsync(query.Raw("outage"), cancellation),
                [nameof(Incidents.Chosen)] = query.Raw("incident"),
                [nameof(Incidents.Now)] = Instant.FromDateTimeOffset(time.GetUtcNow()),
            };
        }, typeof(Incidents));

        app.MapForm("/incidents/post", Role.Responder, async (context, form, cancellation) =>
        {
            var posted = await incidents.PostAsync(
                new IncidentBody(form.Field("name"), form.Field("body"), PhaseIn(form), ImpactIn(form), ComponentsIn(form), OutageIn(form)), context.Caller(), cancellation);
            return $"/incidents#incident-{posted.Incident}";
        });
        app.MapForm("/incidents/update", Role.Responder, async (context, form, cancellation) =>
        {
            var components = ComponentsIn(form);
            var posted = await incidents.UpdateAsync(
                FormRoutes.Read(form, "incident", Incident),
                new IncidentUpdateBody(PhaseIn(form), form.Field("body"), form.Field("name") is { Length: > 0 } name ? name : null, ImpactIn(form), components.IsEmpty ? null : components, OutageIn(form)),
                context.Caller(), cancellation);
            return $"/incidents#incident-{posted.Incident}";
        });
    }

    private static IncidentPhase PhaseIn(IFormCollection form) => FormRoutes.Read(form, "phase", Formats.Word<IncidentPhase>());

    /// <returns>Null where it was left open.</returns>
    private static IncidentImpact? ImpactIn(IFormCollection form) => form.Field("impact").Length == 0 ? null : FormRoutes.Read(form, "impact", Formats.Word<IncidentImpact>());

    private static string? OutageIn(IFormCollection form) => form.Field("outage") is { Length: > 0 } outage ? outage : null;

    private static ImmutableArray<string> ComponentsIn(IFormCollection form) => [.. form["component"].OfType<string>()];
}
