using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Nines.Web.Access;
using Nines.Web.Api.Routing;
using Nines.Web.Live;

namespace Nines.Web.Api;

/// <summary><c>/api/v1/events</c>: server-sent events of what comes to the journal.</summary>
internal sealed class EventRoutes(FactStream stream)
{
    public void Map(ApiRoutes api) =>
        api.GetStream("/api/v1/events", "listenToEvents", "Server-sent events of what comes to the journal.", "text/event-stream", (context, _) => AnswerAsync(context)).Needs(Role.Viewer);

    private async Task AnswerAsync(HttpContext context)
    {
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.Body.WriteAsync(": Nines\n\n"u8.ToArray(), context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
        await foreach (var news in stream.ListenAsync(context.RequestAborted))
        {
            await context.Response.Body.WriteAsync(Encode(news), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    }

    private static byte[] Encode(FactNews news) =>
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"id: {news.Position}\nevent: news\ndata: {JsonSerializer.Serialize(news, JsonSerializerOptions.Web)}\n\n"));
}
