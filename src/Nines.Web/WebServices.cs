using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Nines.Backbone.Journal;
using Nines.Ledger.Reports;
using Nines.Pricing;
using Nines.Web.Access;
using Nines.Web.Api;
using Nines.Web.Api.Routing;
using Nines.Web.Assets;
using Nines.Web.Console;
using Nines.Web.Health;
using Nines.Web.Inbound;
using Nines.Web.Metrics;

namespace Nines.Web;

/// <summary>What the web server of a running watch is made of: its limits and its routes.</summary>
internal static class WebServices
{
    /// <summary>Kestrel and routing, and nothing else. HTTP/1.1; what a caller may cost us is bounded everywhere.</summary>
    public static IServiceCollection AddNinesWeb(this IServiceCollection services, WebOptions options)
    {
        services.AddRoutingCore();
        services.AddLogging();
        return services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(options.Listen, listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Limits.MaxConcurrentConnections = options.MaxConnections;
            kestrel.Limits.RequestHeadersTimeout = options.HeadLimit;
            kestrel.Limits.KeepAliveTimeout = options.IdleLimit;
            kestrel.Limits.MaxRequestLineSize = options.MaxHeadBytes / 2;
            kestrel.Limits.MaxRequestHeadersTotalSize = options.MaxHeadBytes;
            kestrel.Limits.MaxRequestHeaderCount = 64;
            kestrel.Limits.MaxRequestBodySize = options.MaxBodyBytes;
        });
    }

    public static void MapNines(this WebApplication app, WebOptions options, MetricsSource metrics)
    {
        var say = options.Console?.Say ?? (_ => { });
        app.Use((context, next) => AnswerAsync(context, next, say));
        if (options.Console is { } console)
        {
            var proxies = new OwnProxies(() => console.Access().Proxies);
            app.Use((context, next) =>
            {
                proxies.Apply(context);
                return next(context);
            });
        }
        app.UseRouting();
        if (options.Console is not null) app.Use((context, next) => app.Services.GetRequiredService<Gate>().PassAsync(context, next));
        app.UseEndpoints(static _ => { });
        HeartbeatRoutes.Map(app, options.Inbox);
        AlertRoutes.Map(app, options.Inbox, options.Time);
        HealthRoutes.Map(app, options.Status);
        new MetricsRoute(metrics).Map(app);
        AssetRoutes.Map(app);
        if (options.Console is not null) ConsoleServices.Map(app);
    }

    /// <summary>
    /// What no route answered gets its status, in the form that suits the address; a request that breaks a limit ends in its status, not in a
    /// log. A defect is told to whoever started the watch, and nothing of it to the caller.
    /// </summary>
    private static async Task AnswerAsync(HttpContext context, RequestDelegate next, Action<string> say)
    {
        try
        {
            await next(context);
        }
        catch (ApiProblem problem) when (!context.Response.HasStarted)
        {
            await ProblemAnswers.WriteAsync(context, problem);
        }
        catch (Microsoft.AspNetCore.Http.BadHttpRequestException bad) when (!context.Response.HasStarted)
        {
            context.Response.StatusCode = bad.StatusCode;
        }
        catch (Exception gone) when (gone is Microsoft.AspNetCore.Connections.ConnectionResetException || gone is OperationCanceledException && context.RequestAborted.IsCancellationRequested)
        {
            return; // the caller left: it is his loss
        }
        catch (JournalException unreadable) when (!context.Response.HasStarted)
        {
            say($"{unreadable.Code}: {context.Request.Method} {RouteOf(context)}: {unreadable.Message}");
            await ProblemAnswers.WriteAsync(context, ApiProblems.JournalUnreadable(unreadable.Code));
        }
        catch (Exception of) when (!context.Response.HasStarted && of is ReportException or PricingException)
        {
            await ProblemAnswers.WriteAsync(context, ApiProblems.NoFigures(of is ReportException report ? report.Code : ((PricingException)of).Code, of.Message));
        }
        catch (Exception defect) when (!context.Response.HasStarted)
        {
            say($"NIN5000: {context.Request.Method} {RouteOf(context)}: {defect}");
            await ProblemAnswers.WriteAsync(context, ApiProblems.Of(StatusCodes.Status500InternalServerError));
        }
        if (!context.Response.HasStarted && context.Response.ContentLength is null && context.Response.StatusCode >= 400)
            await ProblemAnswers.WriteAsync(context, ApiProblems.Of(context.Response.StatusCode));
    }

    /// <summary>As it was mapped, without what the caller put into it: there may be tokens.</summary>
    private static string? RouteOf(HttpContext context) => (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
}
