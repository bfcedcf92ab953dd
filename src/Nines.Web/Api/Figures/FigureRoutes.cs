using Nines.Core.Components;
using Nines.Web.Access;
using Nines.Web.Api.Routing;
using NodaTime;

namespace Nines.Web.Api.Figures;

internal sealed class FigureRoutes(FigureOperations figures)
{
    public static readonly ApiParameter<string> Policy = ApiParameter.Query("policy", "How states count; the config's when it is not there.", Formats.Text(63));
    private static readonly ApiParameter<Instant> From = ApiParameter.Query("from", "Begin of the window; the first instant watched when it is not there.", Formats.Instant);
    private static readonly ApiParameter<Instant> To = ApiParameter.Query("to", "End of the window; the last instant judged when it is not there.", Formats.Instant);
    private static readonly ApiParameter<ComponentId> Only = ApiParameter.Queries("component", "Only these.", Formats.Component);
    private static readonly ApiParameter<ComponentId> Component = ApiParameter.Path("id", "The component.", Formats.Component);
    private static readonly ApiParameter<string> Objective = ApiParameter.Path("name", "The objective.", Formats.Text(200));

    public void Map(ApiRoutes api)
    {
        api.Get("/api/v1/policies", "listPolicies", "The policies that figures can be made under, and what each counts.", (_, cancellation) => figures.PoliciesAsync(cancellation)).Needs(Role.Viewer);
        api.Get("/api/v1/availability", "getAvailability", "Availability of every component over a window under a policy: low, likely, high, with coverage, resolution and times to repair.",
            (asked, cancellation) => figures.AvailabilityAsync(asked.Get(Policy), asked.Get(From), asked.Get(To), cancellation)).Takes(Policy, From, To).Needs(Role.Viewer);
        api.Get("/api/v1/objectives", "listObjectives", "Objectives: attained, budget left, burn rates, forecast.", (_, cancellation) => figures.ObjectivesAsync(null, cancellation)).Needs(Role.Viewer);
        api.Get("/api/v1/objectives/{name}", "getObjective", "One objective, with when its burn alerts fired.", (asked, cancellation) => figures.ObjectivesAsync(asked.Need(Objective), cancellation))
            .Takes(Objective).Needs(Role.Viewer);
        api.Get("/api/v1/price/now", "getPriceNow", "What open outages have cost so far, and what a minute and an hour more add.", (asked, cancellation) => figures.PriceNowAsync(asked.Get(Policy), cancellation))
            .Takes(Policy).Needs(Role.Viewer);
        api.Get("/api/v1/price", "getPrice", "What the outages of a window cost, by component and outage.",
            (asked, cancellation) => figures.PriceAsync(asked.Get(Policy), asked.Get(From), asked.Get(To), asked.All(Only), cancellation)).Takes(Policy, From, To, Only).Needs(Role.Viewer);
        api.GetFile("/api/v1/components/{id}/export", "exportComponent", "A component's line of the ledger's canonical export: timeline, outages, evidence.", ["application/jsonl"],
            async (asked, cancellation) => new ApiFile("application/jsonl", await figures.ExportAsync(asked.Need(Component), cancellation), $"{asked.Need(Component)}.jsonl")).Takes(Component).Needs(Role.Viewer);
    }
}
