using Nines.Web.Access;
using Nines.Web.Api.Documents;
using Nines.Web.Api.Routing;

namespace Nines.Web.Api.Incidents;

/// <summary><c>/api/v1/incidents</c>.</summary>
internal sealed class IncidentRoutes(IncidentOperations incidents)
{
    private static readonly ApiParameter<string> Id = ApiParameter.Path("id", "The incident, as the list has it: td35wd6qcvue.", Formats.Text(63));
    private static readonly ApiParameter<bool> Open = ApiParameter.Query("open", "Only those that are not resolved (true) or are (false).", Formats.Flag);

    public void Map(ApiRoutes api)
    {
        // The history that the page shows moves with the clock: no ETag can tell that.
        api.Get("/api/v1/incidents", "listIncidents", "Incidents as the status page tells them, the newest first: posted by people, or made of outages.",
            async (asked, cancellation) => await incidents.ListAsync(asked.Get(Open), asked.Page, cancellation))
            .Takes(Open).Paged().Untagged().Needs(Role.Viewer);

        api.Post<IncidentBody, IncidentToldDocument>("/api/v1/incidents", "postIncident", "Tells the public of a new incident. It cannot be taken back, only followed by an update.",
            async (asked, body, cancellation) => await incidents.PostAsync(body, asked.Caller, cancellation)).Needs(Role.Responder);

        api.Post<IncidentUpdateBody, IncidentToldDocument>("/api/v1/incidents/{id}/updates", "updateIncident", "Tells the public how an incident goes on.",
            async (asked, body, cancellation) => await incidents.UpdateAsync(asked.Need(Id), body, asked.Caller, cancellation))
            .Takes(Id).Needs(Role.Responder);
    }
}
