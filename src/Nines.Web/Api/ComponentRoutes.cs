using Nines.Core;
using Nines.Core.Components;
using Nines.Web.Access;
using Nines.Web.Api.Overview;
using Nines.Web.Api.Routing;

namespace Nines.Web.Api;

internal sealed class ComponentRoutes(OverviewOperations overview)
{
    private static readonly ApiParameter<State> InState = ApiParameter.Query("state", "Only those in this state.", Formats.Word<State>());
    private static readonly ApiParameter<ComponentKind> OfKind = ApiParameter.Query("kind", "Only those of this kind.", Formats.Word<ComponentKind>());
    private static readonly ApiParameter<string> WithLabel = ApiParameter.Query("label", "Only those with this label: name=value, or a name.", Formats.Text(200));
    private static readonly ApiParameter<string> Text = ApiParameter.Query("text", "Only those whose name, or the value of a label, has this in it.", Formats.Text(100));

    public void Map(ApiRoutes api)
    {
        api.Get("/api/v1/overview", "getOverview", "What is broken, since when, for whom, at what cost so far, and what happens next: a sentence, and what it is made of.",
            async (_, cancellation) => await overview.GetAsync(cancellation)).Untagged().Needs(Role.Viewer);

        api.Get("/api/v1/components", "listComponents", "How all components stand, in the order of their names.",
            async (asked, cancellation) => await overview.ListAsync(new OverviewFilter(asked.Get(InState), asked.Get(OfKind), asked.Get(WithLabel), asked.Get(Text)), asked.Page, cancellation))
            .Takes(InState, OfKind, WithLabel, Text).Paged().Untagged().Needs(Role.Viewer);
    }
}
