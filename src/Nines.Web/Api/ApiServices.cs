using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Nines.Web.Api.Routing;
using Nines.Web.Live;

namespace Nines.Web.Api;

/// <summary>What the API is made of: operations, and the routes that offer them.</summary>
internal static class ApiServices
{
    public static IServiceCollection AddApi(this IServiceCollection services, WebOptions web) => services
        .AddSingleton(provider => new ApiRunner(provider.GetRequiredService<ConsoleOptions>().Journal, web.Time))
        .AddSingleton(provider => new Commands(provider.GetRequiredService<ConsoleOptions>().Tell))
        .AddSingleton(provider => new WatchOperations(web.Status, provider.GetRequiredService<ConsoleOptions>().Journal))
        .AddSingleton<WatchRoutes>()
        .AddSingleton<ComponentOperations>()
        .AddSingleton(provider => new EventRoutes(provider.GetRequiredService<FactStream>(), provider.GetRequiredService<OpenStreams>(), web.Time));

    public static void Map(WebApplication app)
    {
        var services = app.Services;
        var api = new ApiRoutes(app, services.GetRequiredService<ApiRunner>());
        services.GetRequiredService<WatchRoutes>().Map(api);
        services.GetRequiredService<EventRoutes>().Map(api);
        services.GetRequiredService<AccessRoutes>().Map(api);
    }
}
