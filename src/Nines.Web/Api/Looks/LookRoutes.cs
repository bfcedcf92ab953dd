using Nines.Web.Access;
using Nines.Web.Api.Documents;
using Nines.Web.Api.Routing;

namespace Nines.Web.Api.Looks;

internal sealed class LookRoutes(LookOperations looks)
{
    public void Map(ApiRoutes api) =>
        api.Post<LookBody, LooksDocument>("/api/v1/probes/look", "lookOnce", "Looks once with a probe that need not be in the config, and keeps nothing. Where to is bounded by the caller's role; who is not logged in has nothing looked at.",
            (asked, body, cancellation) => looks.LookAsync(body, asked.Caller, cancellation)).Needs(Role.Viewer);
}
