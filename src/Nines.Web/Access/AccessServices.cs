using Microsoft.Extensions.DependencyInjection;
using Nines.Web.Api;

namespace Nines.Web.Access;

/// <summary>What access is made of.</summary>
internal static class AccessServices
{
    public static IServiceCollection AddAccess(this IServiceCollection services, ConsoleOptions console, TimeProvider time) => services
        .AddSingleton(console.Access)
        .AddSingleton(_ => new AccessStore(console.DataFolder, time))
        .AddSingleton(_ => new Passwords(console.PasswordRounds))
        .AddSingleton<Users>()
        .AddSingleton<Sessions>()
        .AddSingleton<ApiTokens>()
        .AddSingleton<SetUp>()
        .AddSingleton(new LogInLimits(time))
        .AddSingleton<LogInCounts>()
        .AddSingleton<LogIn>()
        .AddSingleton<AccessOperations>()
        .AddSingleton<AccessRoutes>()
        .AddSingleton(provider => new Audit(provider.GetRequiredService<AccessStore>(), console.Tell, time))
        .AddSingleton(provider => new Identification(console.Access, provider.GetRequiredService<Sessions>(), provider.GetRequiredService<ApiTokens>(), provider.GetRequiredService<LogInCounts>(), time, console.Say))
        .AddSingleton(provider => new Gate(console.Access, provider.GetRequiredService<Identification>(), time, console.Say));
}
