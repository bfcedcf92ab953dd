using Nines.Core;
using Nines.Core.Components;
using Nines.Web.Access;
using Nines.Web.Api.Documents;
using Nines.Web.Api.Routing;
using NodaTime;

namespace Nines.Web.Api.Outages;

/// <summary><c>/api/v1/outages</c>.</summary>
internal sealed class OutageRoutes(OutageOperations outages)
{
    private static readonly ApiParameter<string> Id = ApiParameter.Path("id", "The outage: shop-7.", Formats.Text(120));
    private static readonly ApiParameter<ComponentId> Component = ApiParameter.Queries("component", "Only of these.", Formats.Component);
    private static readonly ApiParameter<bool> Open = ApiParameter.Query("open", "Only those that are open (true) or over (false).", Formats.Flag);
    private static readonly ApiParameter<CauseKind> Cause = ApiParameter.Query("cause", "Only those whose cause with the longest share is this one, as corrected.", Formats.Word<CauseKind>());
    private static readonly ApiParameter<Instant> From = ApiParameter.Query("from", "Only those that possibly reached beyond this.", Formats.Instant);
    private static readonly ApiParameter<Instant> To = ApiParameter.Query("to", "Only those that possibly began before this.", Formats.Instant);
    private static readonly ApiParameter<string> Words = ApiParameter.Query("text", "Only those with these words in name, component, causes or notes.", Formats.Text(100));
    private static readonly ApiParameter<bool> Regional = ApiParameter.Query("regional", "Those of single regions too.", Formats.Flag);
    private static readonly ApiParameter<string> Policy = ApiParameter.Query("policy", "How states count; else the config's policy.", Formats.Text(80));

    public void Map(ApiRoutes api)
    {
        api.Get("/api/v1/outages", "listOutages", "Outages, the latest first, with what they sum to under a policy.",
            async (asked, cancellation) => await outages.ListAsync(FilterOf(asked), asked.Get(Policy), asked.Page, cancellation))
            .Takes(Component, Open, Cause, From, To, Words, Regional, Policy).Paged().Needs(Role.Viewer);

        api.Get("/api/v1/outages/{id}", "getOutage", "One outage with all that is on record of it: observations, bounds, cause, cost, who was told, what people wrote.",
            async (asked, cancellation) => await outages.GetAsync(asked.Need(Id), asked.Get(Policy), cancellation))
            .Takes(Id, Policy).Needs(Role.Viewer);

        api.Post<AcknowledgementBody, ToldDocument>("/api/v1/outages/{id}/acknowledgement", "acknowledgeOutage", "Says that somebody takes care of an open outage.",
            async (asked, body, cancellation) => await outages.AcknowledgeAsync(asked.Need(Id), body.Note, asked.Caller, cancellation))
            .Takes(Id).Needs(Role.Responder);

        api.Post<NoteBody, ToldDocument>("/api/v1/outages/{id}/notes", "noteOutage", "Keeps a note with an outage, open or over.",
            async (asked, body, cancellation) => await outages.NoteAsync(asked.Need(Id), body.Note, asked.Caller, cancellation))
            .Takes(Id).Needs(Role.Responder);

        api.Post<CorrectionBody, ToldDocument>("/api/v1/outages/{id}/cause", "correctCause", "Says that the cause is another one than was judged; what was judged stays on record.",
            async (asked, body, cancellation) => await outages.CorrectAsync(asked.Need(Id), body, asked.Caller, cancellation))
            .Takes(Id).Needs(Role.Responder);

        api.Post<OutageCorrectionBody, ToldDocument>("/api/v1/outages/{id}/corrections", "correctOutage", "Says that it was a false alarm, or at another time than was observed, or that a correction does not hold; what was observed stays on record.",
            async (asked, body, cancellation) => await outages.CorrectAsync(asked.Need(Id), body, asked.Caller, cancellation))
            .Takes(Id).Needs(Role.Responder);
    }

    private static OutageFilter FilterOf(Asked asked) => new()
    {
        Components = asked.All(Component),
        Open = asked.Get(Open),
        Cause = asked.Get(Cause),
        From = asked.Get(From),
        To = asked.Get(To),
        Text = asked.Get(Words),
        Regional = asked.Get(Regional) == true,
    };
}
