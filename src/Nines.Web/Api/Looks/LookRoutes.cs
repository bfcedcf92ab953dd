using Nines.Core.Components;
using Nines.Web.Access;
using Nines.Web.Api.Documents;
using Nines.Web.Api.Routing;

namespace Nines.Web.Api.Looks;

internal sealed class LookRoutes(LookOperations looks)
{
    private static readonly ApiParameter<ComponentId> Id = ApiParameter.Path("id", "The component: shop.", Formats.Component);

    public void Map(ApiRoutes api)
    {
        api.Post<LookBody, LooksDocument>("/api/v1/probes/look", "lookOnce", "Looks once with a probe that need not be in the config, and keeps nothing. Where to is bounded by the caller's role; who is not logged in has nothing looked at.",
            (asked, body, cancellation) => looks.LookAsync(body, asked.Caller, cancellation)).Needs(Role.Viewer);

        api.Post<AskedLookBody, AskedLooksDocument>("/api/v1/components/{id}/looks", "lookNow", "Has the watch look at a component now, by all its probes or one, from every vantage point; tells what each saw, or that it is still looking. What is seen is judged as always.",
            (asked, body, cancellation) => looks.AskAsync(asked.Need(Id), body.Probe, asked.Caller, cancellation)).Takes(Id).Needs(Role.Responder);

        api.Get("/api/v1/components/{id}/looks", "getLastLooks", "What came of the last look at a component that somebody asked for, as far as it has come by now.",
            (asked, cancellation) => looks.LastAsync(asked.Need(Id), cancellation)).Takes(Id).Untagged().Needs(Role.Viewer);
    }
}
