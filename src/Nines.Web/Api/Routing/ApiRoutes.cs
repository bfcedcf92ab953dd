using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Nines.Web.Api.Routing;

/// <summary>An answer that is no document: a report as a page, a picture, a stream of lines.</summary>
/// <param name="Name">What a browser may call it when it is kept; null for one that is looked at.</param>
internal sealed record ApiFile(string MediaType, ReadOnlyMemory<byte> Content, string? Name = null);

/// <summary>Maps operations to routes: reads and checks what was asked, runs the operation, and tells what came of it.</summary>
internal sealed class ApiRoutes(IEndpointRouteBuilder endpoints, ApiRunner runner)
{
    private static readonly string[] Reading = ["GET", "HEAD"];

    /// <summary>Reads. GET and HEAD, with an ETag.</summary>
    public ApiRoute Get<T>(string path, string id, string summary, Func<Asked, CancellationToken, Task<T>> operation) where T : notnull =>
        Map(new ApiRoute { Method = "GET", Path = path, Id = id, Summary = summary, Answer = typeof(T) }, Reading,
            route => context => runner.ReadAsync(context, route, async (asked, cancellation) => ApiAnswer.Of(await operation(asked, cancellation))));

    /// <summary>Reads what is no document.</summary>
    public ApiRoute GetFile(string path, string id, string summary, string[] mediaTypes, Func<Asked, CancellationToken, Task<ApiFile>> operation) =>
        Map(new ApiRoute { Method = "GET", Path = path, Id = id, Summary = summary, MediaTypes = [.. mediaTypes] }, Reading,
            route => context => runner.ReadAsync(context, route, async (asked, cancellation) => ApiAnswer.Of(await operation(asked, cancellation))));

    /// <summary>Answers by itself, for as long as it likes: a stream.</summary>
    public ApiRoute GetStream(string path, string id, string summary, string mediaType, Func<HttpContext, Asked, Task> answer) =>
        Map(new ApiRoute { Method = "GET", Path = path, Id = id, Summary = summary, MediaTypes = [mediaType] }, ["GET"], route => context => runner.StreamAsync(context, route, answer)).Untagged();

    /// <summary>Does something, with a body that says what. Heeds Idempotency-Key.</summary>
    public ApiRoute Post<TBody, T>(string path, string id, string summary, Func<Asked, TBody, CancellationToken, Task<T>> operation) where TBody : class where T : notnull => Act("POST", path, id, summary, operation);

    /// <summary>Does something that needs no body.</summary>
    public ApiRoute Post<T>(string path, string id, string summary, Func<Asked, CancellationToken, Task<T>> operation) where T : notnull => Act("POST", path, id, summary, operation);

    public ApiRoute Put<TBody, T>(string path, string id, string summary, Func<Asked, TBody, CancellationToken, Task<T>> operation) where TBody : class where T : notnull => Act("PUT", path, id, summary, operation);

    public ApiRoute Patch<TBody, T>(string path, string id, string summary, Func<Asked, TBody, CancellationToken, Task<T>> operation) where TBody : class where T : notnull => Act("PATCH", path, id, summary, operation);

    public ApiRoute Delete<T>(string path, string id, string summary, Func<Asked, CancellationToken, Task<T>> operation) where T : notnull => Act("DELETE", path, id, summary, operation);

    private ApiRoute Act<TBody, T>(string method, string path, string id, string summary, Func<Asked, TBody, CancellationToken, Task<T>> operation) where TBody : class where T : notnull =>
        Map(new ApiRoute { Method = method, Path = path, Id = id, Summary = summary, Answer = typeof(T), Body = typeof(TBody) }, [method],
            route => context => runner.ActAsync(context, route, async (asked, bytes, cancellation) => ApiAnswer.Of(await operation(asked, ApiBody.Read<TBody>(bytes.Span), cancellation))));

    private ApiRoute Act<T>(string method, string path, string id, string summary, Func<Asked, CancellationToken, Task<T>> operation) where T : notnull =>
        Map(new ApiRoute { Method = method, Path = path, Id = id, Summary = summary, Answer = typeof(T) }, [method],
            route => context => runner.ActAsync(context, route, async (asked, bytes, cancellation) =>
            {
                ApiBody.RequireNone(bytes.Span);
                return ApiAnswer.Of(await operation(asked, cancellation));
            }));

    private ApiRoute Map(ApiRoute route, string[] methods, Func<ApiRoute, RequestDelegate> run)
    {
        if (route.Method == "POST") route.Takes(ApiRunner.IdempotencyKey);
        return route.On(endpoints.MapMethods(route.Path, methods, run(route)));
    }
}
