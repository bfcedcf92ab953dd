using Nines.Web.Access;
using Nines.Web.Api.Routing;

namespace Nines.Web.Api;

internal sealed class WatchRoutes(WatchOperations watch)
{
    public void Map(ApiRoutes api) =>
        api.Get("/api/v1/watch", "getWatch", "How the watch itself goes: whether it really watches, how far it has judged, and what it counts.", async (_, cancellation) => await watch.GetAsync(cancellation))
            .Untagged().Needs(Role.Viewer);
}
