using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Nines.Core.Facts;
using Nines.Web.Access;
using Nines.Web.Api.Journal;
using Nines.Web.Api.Routing;
using Nines.Web.Console.Pages;
using NodaTime;

namespace Nines.Web.Console;

/// <summary><c>/journal</c> and <c>/journal/{position}</c>.</summary>
internal sealed class JournalPages(JournalOperations journal, TimeProvider time)
{
    private const int RowsOnAPage = 100;

    private static readonly Format<string> Kind = Formats.Words([.. FactKinds.All]);

    public void Map(WebApplication app)
    {
        app.MapPage("/journal", "Journal", async (context, _, cancellation) =>
        {
            var query = new PageQuery(context.Request.Query);
            return new()
            {
                [nameof(Pages.Journal.Document)] = await journal.SearchAsync(FilterOf(query), query.Page(RowsOnAPage), context.Caller().Role, cancellation),
                [nameof(Pages.Journal.Query)] = query,
                [nameof(Pages.Journal.RowsAsked)] = RowsOnAPage,
                [nameof(Pages.Journal.Now)] = Now,
            };
        }, typeof(Pages.Journal));

        app.MapPage("/journal/{position}", "Fact", async (context, _, cancellation) => new()
        {
            [nameof(JournalEntry.Document)] = await journal.GetAsync(PositionOf(context), context.Caller().Role, cancellation),
            [nameof(JournalEntry.Now)] = Now,
        }, typeof(JournalEntry));
    }

    private Instant Now => Instant.FromDateTimeOffset(time.GetUtcNow());

    /// <returns>0, where there never is a fact, for what is no position.</returns>
    private static long PositionOf(HttpContext context) =>
        long.TryParse((string)context.Request.RouteValues["position"]!, NumberStyles.None, CultureInfo.InvariantCulture, out var position) ? position : 0;

    private static JournalFilter FilterOf(PageQuery query) => new()
    {
        Kinds = query.Named("kind", Kind) is { } kind ? [kind] : [],
        Components = query.Value("component", Formats.Component) is { } component ? [component] : [],
        Outage = query.Raw("outage"),
        Text = query.Raw("text"),
        From = query.Value("from", Formats.Instant),
        To = query.Value("to", Formats.Instant),
        FromPosition = query.Value("from_position", JournalRoutes.PositionFormat),
        ToPosition = query.Value("to_position", JournalRoutes.PositionFormat),
    };
}
