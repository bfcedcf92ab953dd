using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Nines.Web.Access;
using Nines.Web.Api.Components;
using Nines.Web.Api.Description;
using Nines.Web.Api.Figures;
using Nines.Web.Api.Incidents;
using Nines.Web.Api.Journal;
using Nines.Web.Api.Maintenance;
using Nines.Web.Api.Map;
using Nines.Web.Api.Looks;
using Nines.Web.Api.Outages;
using Nines.Web.Api.Overview;
using Nines.Web.Api.Routing;
using Nines.Web.Live;

namespace Nines.Web.Api;

/// <summary>What the API is made of: operations, and the routes that offer them.</summary>
internal static class ApiServices
{
    public static IServiceCollection AddApi(this IServiceCollection services, WebOptions web) => services
        .AddSingleton(provider => new KeptAnswers(provider.GetRequiredService<ConsoleOptions>().DataFolder, web.Time, provider.GetRequiredService<ConsoleOptions>().Say))
        .AddSingleton(provider => new ApiRunner(provider.GetRequiredService<ConsoleOptions>().Journal, web.Time, provider.GetRequiredService<KeptAnswers>()))
        .AddSingleton(provider => new Commands(provider.GetRequiredService<ConsoleOptions>().Tell, web.Time))
        .AddSingleton(provider => new WatchOperations(web.Status, provider.GetRequiredService<ConsoleOptions>().Journal, provider.GetRequiredService<Commands>()))
        .AddSingleton<ConfigOperations>()
        .AddSingleton<WatchRoutes>()
        .AddSingleton<DescriptionRoutes>()
        .AddSingleton<OutageOperations>()
        .AddSingleton<OutageRoutes>()
        .AddSingleton(provider => new IncidentOperations(provider.GetRequiredService<LiveLedger>(), provider.GetRequiredService<ConsoleOptions>(), provider.GetRequiredService<Commands>(), web.Time))
        .AddSingleton<IncidentRoutes>()
        .AddSingleton(provider => new MaintenanceOperations(provider.GetRequiredService<LiveLedger>(), provider.GetRequiredService<ConsoleOptions>(), provider.GetRequiredService<Commands>(), web.Time))
        .AddSingleton<MaintenanceRoutes>()
        .AddSingleton<MapOperations>()
        .AddSingleton<MapRoutes>()
        .AddSingleton<JournalOperations>()
        .AddSingleton<JournalRoutes>()
        .AddSingleton(web)
        .AddSingleton(provider => new BudgetBoard(provider.GetRequiredService<LiveLedger>(), web.Time))
        .AddSingleton<OverviewOperations>()
        .AddSingleton(provider => new SeriesOperations(provider.GetRequiredService<ConsoleOptions>(), web))
        .AddSingleton<ComponentOperations>()
        .AddSingleton<ComponentRoutes>()
        .AddSingleton(provider => new LongReading(provider.GetRequiredService<ConsoleOptions>().Journal, provider.GetRequiredService<ConsoleOptions>().DataFolder, () => web.Status()?.JudgedUntil))
        .AddSingleton<FigureOperations>()
        .AddSingleton<FigureRoutes>()
        .AddSingleton<LookOperations>()
        .AddSingleton<LookRoutes>()
        .AddSingleton<ReportOperations>()
        .AddSingleton<ReportRoutes>()
        .AddSingleton(provider => new EventRoutes(provider.GetRequiredService<FactStream>(), provider.GetRequiredService<OpenStreams>(), web.Time));

    public static void Map(WebApplication app)
    {
        var services = app.Services;
        var api = new ApiRoutes(app, services.GetRequiredService<ApiRunner>());
        services.GetRequiredService<DescriptionRoutes>().Map(api);
        services.GetRequiredService<WatchRoutes>().Map(api);
        services.GetRequiredService<OutageRoutes>().Map(api);
        services.GetRequiredService<IncidentRoutes>().Map(api);
        services.GetRequiredService<MaintenanceRoutes>().Map(api);
        services.GetRequiredService<MapRoutes>().Map(api);
        services.GetRequiredService<JournalRoutes>().Map(api);
        services.GetRequiredService<ComponentRoutes>().Map(api);
        services.GetRequiredService<FigureRoutes>().Map(api);
        services.GetRequiredService<ReportRoutes>().Map(api);
        services.GetRequiredService<LookRoutes>().Map(api);
        services.GetRequiredService<EventRoutes>().Map(api);
        services.GetRequiredService<AccessRoutes>().Map(api);
    }
}
