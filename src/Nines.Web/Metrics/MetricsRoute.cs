using System.Buffers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Nines.Web.Access;
using Microsoft.Net.Http.Headers;

namespace Nines.Web.Metrics;

/// <summary><c>/metrics</c>, in the format that the reader prefers of those it knows.</summary>
internal sealed class MetricsRoute(MetricsSource source)
{
    private const string OpenMetrics = "application/openmetrics-text";

    private readonly Exposition open = new(TextFormat.OpenMetrics), classic = new(TextFormat.Prometheus);

    public void Map(IEndpointRouteBuilder routes) => routes.MapMethods("/metrics", Answers.Reading, (RequestDelegate)AnswerAsync).IsForMachines();

    /// <summary>OpenMetrics where it is asked for by name in a version that we speak, and not liked less than plain text; else the older format, which everybody reads.</summary>
    internal static TextFormat FormatFor(IList<string?> accept)
    {
        if (!MediaTypeHeaderValue.TryParseList([.. accept.Select(value => value ?? "")], out var wanted)) return TextFormat.Prometheus;
        var best = wanted.Where(type => type.MediaType.Equals(OpenMetrics, StringComparison.OrdinalIgnoreCase) && VersionOf(type) is null or "1.0.0").Select(type => type.Quality ?? 1).DefaultIfEmpty(0).Max();
        var text = wanted.Where(type => type.MediaType.Equals("text/plain", StringComparison.OrdinalIgnoreCase)).Select(type => type.Quality ?? 1).DefaultIfEmpty(0).Max();
        return best > 0 && best >= text ? TextFormat.OpenMetrics : TextFormat.Prometheus;
    }

    private static string? VersionOf(MediaTypeHeaderValue type) => type.Parameters.FirstOrDefault(each => each.Name.Equals("version", StringComparison.OrdinalIgnoreCase))?.Value.ToString();

    private async Task AnswerAsync(HttpContext context)
    {
        if (await source.ReadAsync(context.RequestAborted) is not { } now)
        {
            await Answers.WriteAsync(context, StatusCodes.Status503ServiceUnavailable);
            return;
        }
        var format = FormatFor(context.Request.Headers.Accept);
        var exposition = format == TextFormat.OpenMetrics ? open : classic;
        context.Response.ContentType = Exposition.ContentType(format);
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.Vary = "Accept";
        if (HttpMethods.IsHead(context.Request.Method)) return;

        var self = new ArrayBufferWriter<byte>(8 << 10);
        exposition.WriteSelf(now.Watch, self);
        await context.Response.Body.WriteAsync(self.WrittenMemory, context.RequestAborted);
        await context.Response.Body.WriteAsync(exposition.Components(now.Components), context.RequestAborted);
        self.ResetWrittenCount();
        exposition.WriteEnd(self);
        await context.Response.Body.WriteAsync(self.WrittenMemory, context.RequestAborted);
    }
}
