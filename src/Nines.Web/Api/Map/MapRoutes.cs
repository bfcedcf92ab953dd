using Nines.Core.Components;
using Nines.Web.Access;
using Nines.Web.Api.Routing;

namespace Nines.Web.Api.Map;

/// <summary><c>/api/v1/map</c>.</summary>
internal sealed class MapRoutes(MapOperations map)
{
    private static readonly ApiParameter<ComponentId> Around = ApiParameter.Query("around", "Only what this one needs and who needs it; else all.", Formats.Component);
    private static readonly ApiParameter<long> Steps = ApiParameter.Query("steps", "With 'around': how many needs away they may be; 2 when it is not there.", Formats.Whole(1, MapOperations.Farthest));

    public void Map(ApiRoutes api) =>
        api.Get("/api/v1/map", "getMap", "Who needs whom, by which gates, how they are now, and whose loss alone takes what down.",
            async (asked, cancellation) => await map.GetAsync(asked.Get(Around), (int)(asked.Get(Steps) ?? MapOperations.Usual), cancellation))
            .Takes(Around, Steps).Needs(Role.Viewer);
}
