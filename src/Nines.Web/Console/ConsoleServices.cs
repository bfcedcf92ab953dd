using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Nines.Web.Access;
using Nines.Web.Api;
using Nines.Web.Api.Incidents;
using Nines.Web.Api.Journal;
using Nines.Web.Api.Outages;
using Nines.Web.Live;

namespace Nines.Web.Console;

/// <summary>What console and API are made of, and where they are.</summary>
internal static class ConsoleServices
{
    public static IServiceCollection AddConsole(this IServiceCollection services, ConsoleOptions console, WebOptions web) => services
        .AddSingleton(console)
        .AddSingleton(web.Time)
        .AddAccess(console, web.Time)
        .AddSingleton(console.Ledger)
        .AddSingleton(new FactStream(console.Journal, web.Time, console.Say))
        .AddSingleton(new OpenStreams(web.MaxStreams, web.MaxStreamsOfOne))
        .AddSingleton(provider => new OutagePages(provider.GetRequiredService<OutageOperations>(), provider.GetRequiredService<IncidentOperations>(), provider.GetRequiredService<LiveLedger>(), web.Time))
        .AddSingleton(provider => new IncidentPages(provider.GetRequiredService<IncidentOperations>(), web.Time))
        .AddSingleton<MaintenancePages>()
        .AddSingleton<MapPages>()
        .AddSingleton(provider => new JournalPages(provider.GetRequiredService<JournalOperations>(), web.Time))
        .AddSingleton<ComponentPages>()
        .AddApi(web);

    public static void Map(WebApplication app)
    {
        ApiServices.Map(app);
        AccessPages.Map(app);
        app.Services.GetRequiredService<OutagePages>().Map(app);
        app.Services.GetRequiredService<IncidentPages>().Map(app);
        app.Services.GetRequiredService<MaintenancePages>().Map(app);
        app.Services.GetRequiredService<MapPages>().Map(app);
        app.Services.GetRequiredService<JournalPages>().Map(app);
        app.Services.GetRequiredService<ComponentPages>().Map(app);
    }
}
