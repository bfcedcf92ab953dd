using Nines.Testing;
using Nines.Web.Access;

namespace Nines.Web.Tests.Access;

/// <summary>Users, tokens, sessions and log-ins over one folder, on virtual time.</summary>
internal sealed class Desk : IDisposable
{
    public const string Password = "correct horse nine nines", Other = "battery staple five nines";

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("nines-access-");

    public Desk()
    {
        Store = new AccessStore(folder.FullName, Time);
        Passwords = new Passwords(rounds: 10, atATime: 2);
        Users = new Users(Store, Passwords);
        Sessions = new Sessions(Store, () => Settings);
        Tokens = new ApiTokens(Store);
        Limits = new LogInLimits(Time);
        LogIn = new LogIn(Store, Passwords, Sessions, Limits, Counts);
    }

    public ManualTimeProvider Time { get; } = new();
    public AccessSettings Settings { get; set; } = new();
    public AccessStore Store { get; }
    public Passwords Passwords { get; }
    public Users Users { get; }
    public Sessions Sessions { get; }
    public ApiTokens Tokens { get; }
    public LogInLimits Limits { get; }
    public LogInCounts Counts { get; } = new();
    public LogIn LogIn { get; }
    public string Folder => folder.FullName;
    public string File => Path.Combine(Folder, AccessStore.FileName);

    public Task AddAsync(string handle, Role role = Role.Viewer) => Users.AddAsync(handle, role, Password, null, null, "root", default);

    public Task<string> OpenAsync(string handle) => Sessions.OpenAsync(handle, "Firefox", null, default);

    public async Task<string?> WhoAsync(string cookie) => (await Sessions.FindAsync(cookie, default))?.User.Handle;

    public static async Task<string> RefusalAsync(Func<Task> act) => (await Assert.ThrowsAsync<AccessException>(act)).Code;

    public void Dispose()
    {
        Store.Dispose();
        Passwords.Dispose();
        folder.Delete(recursive: true);
    }
}
