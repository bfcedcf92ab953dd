using Nines.Web.Access;
using Nines.Web.Api.Documents;
using Nines.Web.Api.Routing;

namespace Nines.Web.Api;

internal sealed class AccessRoutes(AccessOperations access)
{
    private static readonly ApiParameter<string> Handle = ApiParameter.Path("handle", "The user's handle.", Formats.Text(Handles.Longest));
    private static readonly ApiParameter<string> Id = ApiParameter.Path("id", "The token's id: t-1a2b3c4d.", Formats.Text(32));
    private static readonly ApiParameter<bool> All = ApiParameter.Query("all", "Everybody's, for an admin.", Formats.Flag);

    public void Map(ApiRoutes api)
    {
        api.Get("/api/v1/me", "getMe", "Who asks, and what he may do.", (asked, _) => Task.FromResult(access.Me(asked.Caller))).Untagged().Needs(Role.Viewer);

        api.Get("/api/v1/users", "listUsers", "Who can log in.", (_, _) => Task.FromResult(access.ListUsers())).Untagged().Needs(Role.Admin);
        api.Post<NewUserBody, ChangedDocument>("/api/v1/users", "addUser", "Adds somebody.", (asked, body, cancellation) => access.AddUserAsync(body, asked.Caller, cancellation)).Secret().Needs(Role.Admin);
        api.Patch<UserChangeBody, ChangedDocument>("/api/v1/users/{handle}", "changeUser", "Gives somebody another role, or lets him log in or not; his sessions end.",
            (asked, body, cancellation) => access.ChangeUserAsync(asked.Need(Handle), body, asked.Caller, cancellation)).Takes(Handle).Needs(Role.Admin);
        api.Put<PasswordBody, ChangedDocument>("/api/v1/users/{handle}/password", "setPassword", "Gives somebody another password; his sessions end.",
            (asked, body, cancellation) => access.SetPasswordAsync(asked.Need(Handle), body.Password, asked.Caller, cancellation)).Takes(Handle).Secret().Needs(Role.Admin);
        api.Delete("/api/v1/users/{handle}", "deleteUser", "Takes somebody away; the handle stays taken.",
            (asked, cancellation) => access.DeleteUserAsync(asked.Need(Handle), asked.Caller, cancellation)).Takes(Handle).Needs(Role.Admin);

        api.Get("/api/v1/tokens", "listTokens", "Tokens of one's own, without what is secret of them.", (asked, _) => Task.FromResult(access.ListTokens(asked.Caller, asked.Get(All) ?? false)))
            .Takes(All).Untagged().Needs(Role.Viewer);
        api.Post<NewTokenBody, NewTokenDocument>("/api/v1/tokens", "createToken", "Makes a token for oneself; it is shown this once.",
            (asked, body, cancellation) => access.CreateTokenAsync(body, asked.Caller, cancellation)).Secret().Needs(Role.Viewer);
        api.Delete("/api/v1/tokens/{id}", "revokeToken", "Revokes a token.", (asked, cancellation) => access.RevokeTokenAsync(asked.Need(Id), asked.Caller, cancellation)).Takes(Id).Needs(Role.Viewer);
    }
}
