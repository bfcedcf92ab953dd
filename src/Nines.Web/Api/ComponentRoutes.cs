using Nines.Core;
using Nines.Core.Components;
using Nines.Web.Access;
using Nines.Web.Api.Components;
using Nines.Web.Api.Overview;
using Nines.Web.Api.Routing;
using NodaTime;

namespace Nines.Web.Api;

internal sealed class ComponentRoutes(OverviewOperations overview, ComponentOperations components, SeriesOperations series)
{
    private static readonly ApiParameter<State> InState = ApiParameter.Query("state", "Only those in this state.", Formats.Word<State>());
    private static readonly ApiParameter<ComponentKind> OfKind = ApiParameter.Query("kind", "Only those of this kind.", Formats.Word<ComponentKind>());
    private static readonly ApiParameter<string> WithLabel = ApiParameter.Query("label", "Only those with this label: name=value, or a name.", Formats.Text(200));
    private static readonly ApiParameter<string> Text = ApiParameter.Query("text", "Only those whose name, or the value of a label, has this in it.", Formats.Text(100));

    private static readonly ApiParameter<ComponentId> Id = ApiParameter.Path("id", "The component: shop.", Formats.Component);
    private static readonly ApiParameter<Instant> From = ApiParameter.Query("from", "First instant of it; a day before its end when it is not there.", Formats.Instant);
    private static readonly ApiParameter<Instant> FromMonth = ApiParameter.Query("from", "First instant of it; when it is not there 30 days before its end, or as far back as it was watched.", Formats.Instant);
    private static readonly ApiParameter<Instant> To = ApiParameter.Query("to", "First instant after it; now when it is not there.", Formats.Instant);
    private static readonly ApiParameter<string> Policy = ApiParameter.Queries("policy", "Under this policy; the config's when it is not there.", Formats.Text(80));
    private static readonly ApiParameter<string> Probe = ApiParameter.Query("probe", "The probe that measures it.", Formats.Text(80)) with { IsRequired = true };
    private static readonly ApiParameter<string> Signal = ApiParameter.Query("signal", "The signal: round_trip.", Formats.Text(500)) with { IsRequired = true };

    public void Map(ApiRoutes api)
    {
        api.Get("/api/v1/overview", "getOverview", "What is broken, since when, for whom, at what cost so far, and what happens next: a sentence, and what it is made of.",
            async (_, cancellation) => await overview.GetAsync(cancellation)).Untagged().Needs(Role.Viewer);

        api.Get("/api/v1/components", "listComponents", "How all components stand, in the order of their names.",
            async (asked, cancellation) => await overview.ListAsync(new OverviewFilter(asked.Get(InState), asked.Get(OfKind), asked.Get(WithLabel), asked.Get(Text)), asked.Page, cancellation))
            .Takes(InState, OfKind, WithLabel, Text).Paged().Untagged().Needs(Role.Viewer);

        api.Get("/api/v1/components/{id}", "getComponent", "All that is known of one component now: its state and why, what it needs and what needs it, its probes and what each sees from where.",
            async (asked, cancellation) => await components.GetAsync(asked.Need(Id), cancellation))
            .Takes(Id).Untagged().Needs(Role.Viewer);

        api.Get("/api/v1/components/{id}/timeline", "getTimeline", "A component's states over time: surely, likely, possibly; as a whole and from each region.",
            async (asked, cancellation) => await components.TimelineAsync(asked.Need(Id), asked.Get(From), asked.Get(To), cancellation))
            .Takes(Id, From, To).Untagged().Needs(Role.Viewer);

        api.Get("/api/v1/components/{id}/availability", "getComponentAvailability", "A component's availability over a stretch of time, under one policy or several side by side, with coverage and bounds.",
            async (asked, cancellation) => await components.AvailabilityAsync(asked.Need(Id), asked.All(Policy), asked.Get(FromMonth), asked.Get(To), cancellation))
            .Takes(Id, Policy, FromMonth, To).Untagged().Needs(Role.Viewer);

        api.Get("/api/v1/components/{id}/signals", "listSignals", "What is measured of a component, and what conditions compare it with.",
            (asked, _) => Task.FromResult(series.List(asked.Need(Id))))
            .Takes(Id).Untagged().Needs(Role.Viewer);

        api.Get("/api/v1/components/{id}/series", "getSeries", "One signal over time, a line a vantage point.",
            async (asked, cancellation) => await series.ReadAsync(asked.Need(Id), asked.Need(Probe), asked.Need(Signal), asked.Get(From), asked.Get(To), cancellation))
            .Takes(Id, Probe, Signal, From, To).Untagged().Needs(Role.Viewer);
    }
}
