using Nines.Core.Components;
using Nines.Web.Access;
using Nines.Web.Api.Documents;
using Nines.Web.Api.Routing;
using NodaTime;

namespace Nines.Web.Api.Maintenance;

/// <summary><c>/api/v1/maintenance</c>.</summary>
internal sealed class MaintenanceRoutes(MaintenanceOperations maintenance)
{
    private static readonly ApiParameter<string> Window = ApiParameter.Path("window", "The window: manual-3.", Formats.Text(120));
    private static readonly ApiParameter<ComponentId> Component = ApiParameter.Query("component", "What is taken down; else everything that has a price.", Formats.Component);
    private static readonly ApiParameter<Duration> Length = ApiParameter.Query("for", "How long the window is; 1h when it is not there.", Formats.Duration);

    public void Map(ApiRoutes api)
    {
        api.Get("/api/v1/maintenance", "listMaintenance", "Windows under way, to come, and of the last 90 days, with overruns and what they are expected to cost.",
            async (_, cancellation) => await maintenance.ListAsync(cancellation)).Untagged().Needs(Role.Viewer);

        api.Get("/api/v1/maintenance/best", "findMaintenance", "What a window would cost at each start of the next 14 days, the cheapest first.",
            async (asked, cancellation) => await maintenance.BestAsync(asked.Get(Component), asked.Get(Length) ?? Duration.FromHours(1), cancellation))
            .Takes(Component, Length).Untagged().Needs(Role.Viewer);

        api.Post<MaintenanceBody, ToldDocument>("/api/v1/maintenance", "startMaintenance", "Declares a window, from now on or from later.",
            async (asked, body, cancellation) => await maintenance.StartAsync(body, asked.Caller, cancellation)).Needs(Role.Responder);

        api.Post<ToldDocument>("/api/v1/maintenance/{window}/end", "endMaintenance", "Ends a window before its time; one to come does not take place.",
            async (asked, cancellation) => await maintenance.EndAsync(asked.Need(Window), asked.Caller, cancellation))
            .Takes(Window).Needs(Role.Responder);
    }
}
