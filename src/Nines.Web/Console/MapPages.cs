using System.Collections.Immutable;
using Microsoft.AspNetCore.Builder;
using Nines.Web.Api.Map;
using Nines.Web.Api.Routing;
using Nines.Web.Console.Map;
using Nines.Web.Live;

namespace Nines.Web.Console;

/// <summary><c>/map</c>.</summary>
internal sealed class MapPages(MapOperations map, LiveLedger ledger)
{
    public void Map(WebApplication app) => app.MapPage("/map", "Map", async (context, _, cancellation) =>
    {
        var query = new PageQuery(context.Request.Query);
        var steps = (int)(query.Value("steps", Formats.Whole(1, MapOperations.Farthest)) ?? MapOperations.Usual);
        var document = await map.GetAsync(query.Value("around", Formats.Component), steps, cancellation);
        return new()
        {
            [nameof(Pages.Map.Document)] = document,
            [nameof(Pages.Map.Picture)] = MapPicture.Of(document.Nodes),
            [nameof(Pages.Map.Components)] = await ledger.ReadAsync(ledger => ledger.Components.Where(component => component.InConfig).Select(component => component.Id.Value).ToImmutableArray(), cancellation),
            [nameof(Pages.Map.Steps)] = steps,
        };
    }, typeof(Pages.Map));
}
