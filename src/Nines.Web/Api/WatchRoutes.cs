using Nines.Web.Access;
using Nines.Web.Api.Routing;

namespace Nines.Web.Api;

internal sealed class WatchRoutes(WatchOperations watch, ConfigOperations config)
{
    public void Map(ApiRoutes api)
    {
        api.Get("/api/v1/watch", "getWatch", "How the watch itself goes: whether it really watches, how far it has judged, and what it counts.", async (_, cancellation) => await watch.GetAsync(cancellation))
            .Untagged().Needs(Role.Viewer);
        api.Get("/api/v1/config", "getConfig", "The config that is in effect, as it was understood: defaults filled in, secrets taken out.", (_, cancellation) => config.GetAsync(cancellation)).Needs(Role.Admin);
        api.Post("/api/v1/reload", "reloadConfig", "Loads the config again. One with mistakes changes nothing; ok is false then, and lines tells them.", (asked, cancellation) => watch.ReloadAsync(asked.Caller, cancellation))
            .Needs(Role.Admin);
        api.Post<PauseBody, ToldDocument>("/api/v1/pause", "pauseProbing", "Stops looking at components, for a time or until somebody resumes. That time is unknown, not up.",
            (asked, body, cancellation) => watch.PauseAsync(body.Components, body.Length, body.Reason, asked.Caller, cancellation)).Needs(Role.Responder);
        api.Post<ResumeBody, ToldDocument>("/api/v1/resume", "resumeProbing", "Looks again at components that were paused.",
            (asked, body, cancellation) => watch.ResumeAsync(body.Components, asked.Caller, cancellation)).Needs(Role.Responder);
    }
}
