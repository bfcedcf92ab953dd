using System.Text;
using Microsoft.AspNetCore.Routing;
using Nines.Web.Access;
using Nines.Web.Api.Routing;

namespace Nines.Web.Api.Description;

/// <summary><c>/api/v1/openapi.json</c>: what the API is, for programs and for whoever writes them.</summary>
internal sealed class DescriptionRoutes(EndpointDataSource endpoints)
{
    private ReadOnlyMemory<byte>? text;

    public void Map(ApiRoutes api) =>
        api.GetFile("/api/v1/openapi.json", "getDescription", "This description (OpenAPI 3.1).", [ApiAnswer.Json], (_, _) =>
            Task.FromResult(new ApiFile(ApiAnswer.Json, text ??= Encoding.UTF8.GetBytes(OpenApiDocument.Of(endpoints.Endpoints))))).Needs(Role.Viewer);
}
