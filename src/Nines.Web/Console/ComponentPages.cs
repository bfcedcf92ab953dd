using System.Collections.Immutable;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Nines.Backbone.Series;
using Nines.Core.Components;
using Nines.Core.Time;
using Nines.Web.Access;
using Nines.Web.Api;
using Nines.Web.Api.Components;
using Nines.Web.Api.Documents;
using Nines.Web.Api.Looks;
using Nines.Web.Api.Overview;
using Nines.Web.Api.Routing;
using Nines.Web.Console.Pages;
using NodaTime;
using Component = Nines.Web.Console.Pages.Component;

namespace Nines.Web.Console;

/// <summary><c>/</c> and <c>/components/{id}</c>, with the forms of responders.</summary>
internal sealed class ComponentPages(OverviewOperations overview, ComponentOperations components, SeriesOperations series, WatchOperations watch, LookOperations looks)
{
    private const int MostCharts = 8, RowsOfTable = 24;

    public void Map(WebApplication app)
    {
        app.MapPage("/", "Overview", async (page, _, cancellation) =>
        {
            var asked = OverviewAsked.Of(page.Request.Query);
            return new() { [nameof(Overview.Asked)] = asked, [nameof(Overview.Now)] = await overview.ReadAsync(asked.Filter, asked.Page, cancellation) };
        }, typeof(Overview));

        app.MapPage("/components/{id}", "Component", async (page, _, cancellation) =>
        {
            if (!ComponentId.TryParse((string)page.Request.RouteValues["id"]!, out var id)) return null;
            var asked = ComponentAsked.Of(page.Request.Query);
            var now = await components.ReadAsync(id, asked.Policy, asked.Length, cancellation);
            var brief = asked with { Unchosen = ComponentAsked.Shortest };
            if (asked.Chosen is null && now.Timeline.Whole is [var first, ..] && first.From > now.At - brief.Length)
                (asked, now) = (brief, await components.ReadAsync(id, brief.Policy, brief.Length, cancellation));
            return new() { [nameof(Component.Asked)] = asked, [nameof(Component.Now)] = now, [nameof(Component.Series)] = await SeriesOf(id, now.At, asked, cancellation) };
        }, typeof(Component));

        app.MapForm("/components/{id}/pause", Role.Responder, async (context, form, cancellation) =>
        {
            Duration? length = form.Field("for").Trim() is { Length: > 0 } text
                ? DurationText.TryParse(text, out var read, out var wrong) ? read : throw ApiProblems.Parameters([new ApiProblem.Mistake("body", "for", wrong)]) : null;
            await watch.PauseAsync([IdOf(context)], length, form.Field("reason").Trim() is { Length: > 0 } reason ? reason : null, context.Caller(), cancellation);
            return $"/components/{IdOf(context)}";
        });
        app.MapForm("/components/{id}/look", Role.Responder, async (context, form, cancellation) =>
        {
            await looks.AskAsync(IdOf(context), form.Field("probe").Trim() is { Length: > 0 } probe ? probe : null, context.Caller(), cancellation);
            return $"/components/{IdOf(context)}#looked";
        });
        app.MapForm("/components/{id}/resume", Role.Responder, async (context, _, cancellation) =>
        {
            await watch.ResumeAsync([IdOf(context)], context.Caller(), cancellation);
            return $"/components/{IdOf(context)}";
        });
    }

    /// <summary>What conditions judge, and how long answers took.</summary>
    private async Task<ImmutableArray<SeriesDocument>> SeriesOf(ComponentId id, Instant now, ComponentAsked asked, CancellationToken cancellation)
    {
        var drawn = ImmutableArray.CreateBuilder<SeriesDocument>();
        foreach (var signal in series.SignalsOf(id).Where(signal => signal.IsJudged || signal.Signal == SeriesSignals.RoundTrip).Take(MostCharts))
            drawn.Add(await series.ReadAsync(id, signal.Probe, signal.Signal, now - asked.Length, now, RowsOfTable, cancellation));
        return drawn.ToImmutable();
    }

    private static ComponentId IdOf(HttpContext context) => ComponentId.TryParse((string)context.Request.RouteValues["id"]!, out var id) ? id : throw ApiProblems.Of(StatusCodes.Status404NotFound);
}
