using System.CommandLine;
using Nines.Cli.Output;
using Nines.Core.Time;
using Nines.Ledger.Text;
using Nines.Web.Access;
using NodaTime;

namespace Nines.Cli.Verbs.Keeping;

/// <summary><c>nines users</c> and <c>nines tokens</c>: access on the machine itself, beside a running <c>nines up</c> or without one. Whoever can write the data folder may.</summary>
internal static class AccessVerbs
{
    /// <summary>Stands in records for whoever sits at the machine.</summary>
    private static string By => $"{string.Concat(Environment.UserName.Where(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.').Take(32))} (at the machine)";

    public static Command Users(Func<string?, string, string> dataFolder, TimeProvider time, Screen screen, TextReader input, Func<string, string?>? ask)
    {
        var verbs = new Common(dataFolder, time, screen);
        return new Command("users", "Who can log in to the console; on the machine itself, also when nobody can any more")
        {
            ListUsers(verbs), Add(verbs, input, ask), Password(verbs, input, ask), Role(verbs),
            verbs.Act("disable", "Let somebody in no more, with his tokens, until he is enabled", [HandleArgument()], (desk, parsed, cancellation) => ChangeAsync(desk, parsed, handle => desk.Users.SetDisabledAsync(handle, true, By, cancellation), "cannot log in any more")),
            verbs.Act("enable", "Let somebody in again", [HandleArgument()], (desk, parsed, cancellation) => ChangeAsync(desk, parsed, handle => desk.Users.SetDisabledAsync(handle, false, By, cancellation), "can log in again")),
            verbs.Act("delete", "Take somebody away with his tokens; what he did stays on record, and the handle stays taken", [HandleArgument()], (desk, parsed, cancellation) => ChangeAsync(desk, parsed, handle => desk.Users.DeleteAsync(handle, By, cancellation), "is deleted")),
        };
    }

    public static Command Tokens(Func<string?, string, string> dataFolder, TimeProvider time, Screen screen)
    {
        var verbs = new Common(dataFolder, time, screen);
        var owner = new Option<string>("--owner") { Description = "For whom it acts", HelpName = "HANDLE", Required = true };
        var name = new Option<string>("--name") { Description = "What uses it", HelpName = "TEXT", Required = true };
        var scope = new Option<string>("--scope") { Description = "What it may at most", DefaultValueFactory = _ => "read" };
        scope.AcceptOnlyFromAmong("read", "respond", "admin");
        var length = new Option<string?>("--for") { Description = "How long it is valid, at most 366d; 90d when not given", HelpName = "DURATION" };
        var id = new Argument<string>("id") { Description = "The token's id: t-1a2b3c4d", HelpName = "ID" };
        return new Command("tokens", "What programs show to use the API for somebody")
        {
            verbs.Act("list", "Tokens, without what is secret of them", [], (desk, _, _) =>
            {
                var rows = desk.Tokens.All.Select(token => new TokenRow(token.Id, token.Name, token.Owner, Scopes.Word(token.Scope), token.Created, token.Expires, token.Used)).ToList();
                return Task.FromResult(Result.Of(new { Schema = "nines.tokens/1", Tokens = rows }, "tokens",
                    new Table(["ID", "NAME", "OWNER", "SCOPE", "EXPIRES", "LAST USED"], [.. rows.Select(row => row.Cells())]) { WhenEmpty = "No tokens." }));
            }),
            verbs.Act("create", "Make a token; it is shown this once", [owner, name, scope, length], async (desk, parsed, cancellation) =>
            {
                var (text, token) = await desk.Tokens.CreateAsync(parsed.GetValue(owner)!, parsed.GetValue(name), Scopes.Parse(parsed.GetValue(scope))!.Value, LengthOf(parsed.GetValue(length)), By, cancellation);
                // On stdout the token alone: TOKEN=$(nines tokens create …) holds it and nothing else.
                screen.Error.Write($"It is shown this once. {token.Id} acts for {token.Owner} ({Scopes.Word(token.Scope)}) until {InstantText.Of(token.Expires)} UTC.\n");
                return Result.Of(new { Schema = "nines.token/1", Token = text, token.Id, token.Owner, Scope = Scopes.Word(token.Scope), token.Expires }, "tokens", null, text);
            }),
            verbs.Act("revoke", "Revoke a token, at once", [id], async (desk, parsed, cancellation) =>
            {
                await desk.Tokens.RevokeAsync(parsed.GetValue(id)!, null, By, cancellation);
                return Said($"{parsed.GetValue(id)} is revoked.");
            }),
        };
    }

    private static Command ListUsers(Common verbs) => verbs.Act("list", "Who can log in", [], (desk, _, _) =>
    {
        var rows = desk.Users.All.Select(user => new UserRow(user.Handle, RoleWords.Of(user.Role), user.Disabled, user.Created, user.PasswordChanged, user.Name, user.Mail)).ToList();
        return Task.FromResult(Result.Of(new { Schema = "nines.users/1", Users = rows }, "users",
            new Table(["HANDLE", "ROLE", "CAN LOG IN", "ADDED", "PASSWORD OF", "NAME", "E-MAIL"], [.. rows.Select(row => row.Cells())]) { WhenEmpty = "Nobody can log in yet. `nines up` prints a link by which the first admin is made; so does `nines users add HANDLE --role admin`." }));
    });

    private static Command Add(Common verbs, TextReader input, Func<string, string?>? ask)
    {
        var handle = HandleArgument();
        var role = new Option<string>("--role") { Description = "What he may", DefaultValueFactory = _ => "viewer" };
        role.AcceptOnlyFromAmong("viewer", "responder", "admin");
        var name = new Option<string?>("--name") { Description = "What others see beside the handle; never on record", HelpName = "TEXT" };
        var mail = new Option<string?>("--mail") { Description = "E-mail address; never on record", HelpName = "ADDRESS" };
        return verbs.Act("add", "Let somebody in. The password is asked for, or read from the first line of stdin", [handle, role, name, mail], async (desk, parsed, cancellation) =>
        {
            var called = parsed.GetValue(handle)!;
            await desk.Users.AddAsync(called, RoleWords.Parse(parsed.GetValue(role))!.Value, PasswordOf(called, input, ask), parsed.GetValue(name), parsed.GetValue(mail), By, cancellation);
            return Said($"{called} is {parsed.GetValue(role)} here.");
        });
    }

    private static Command Password(Common verbs, TextReader input, Func<string, string?>? ask)
    {
        var handle = HandleArgument();
        return verbs.Act("password", "Give somebody another password and end his sessions. It is asked for, or read from the first line of stdin", [handle], async (desk, parsed, cancellation) =>
        {
            var called = parsed.GetValue(handle)!;
            desk.Users.Require(called);
            await desk.Users.SetPasswordAsync(called, PasswordOf(called, input, ask), By, cancellation);
            return Said($"{called} has another password, and is logged out everywhere.");
        });
    }

    private static Command Role(Common verbs)
    {
        var handle = HandleArgument();
        var role = new Argument<string>("role") { Description = "viewer, responder or admin", HelpName = "ROLE" };
        role.AcceptOnlyFromAmong("viewer", "responder", "admin");
        return verbs.Act("role", "Give somebody another role and end his sessions", [handle, role], async (desk, parsed, cancellation) =>
        {
            await desk.Users.SetRoleAsync(parsed.GetValue(handle)!, RoleWords.Parse(parsed.GetValue(role))!.Value, By, cancellation);
            return Said($"{parsed.GetValue(handle)} is {parsed.GetValue(role)} here.");
        });
    }

    private static async Task<Result> ChangeAsync(Desk desk, ParseResult parsed, Func<string, Task> change, string said)
    {
        var handle = parsed.GetRequiredValue<string>("handle");
        await change(handle);
        return Said($"{handle} {said}.");
    }

    private static Argument<string> HandleArgument() => new("handle") { Description = "The name on record: 1 to 32 of a-z, 0-9, -, _ and .", HelpName = "HANDLE" };

    private static Result Said(string what) => Result.Of(new { Schema = "nines.changed/1", What = what }, "changes", null, what);

    /// <summary>Never as an argument: those can be read by everybody on the machine, and stay in the shell's history.</summary>
    /// <param name="ask">Asks at the terminal, twice; null where there is none.</param>
    private static string PasswordOf(string handle, TextReader input, Func<string, string?>? ask)
    {
        if (ask is null) return input.ReadLine() is { Length: > 0 } line ? line : throw new Fault(AccessErrors.WeakPassword, ExitCode.CalledWrong, "stdin has no password on its first line. Give it there, or call this at a terminal, which asks for it.");
        var first = ask($"Password for {handle}: ") ?? "";
        return first == ask("Again: ") ? first : throw new Fault(AccessErrors.WeakPassword, ExitCode.CalledWrong, "the two passwords differ. Nothing was changed.");
    }

    private static Duration? LengthOf(string? text) => text is null ? null
        : DurationText.TryParse(text, out var length, out var problem) ? length
        : throw new Fault(AccessErrors.BadValue, ExitCode.CalledWrong, $"--for: '{text}' {problem}");

    /// <summary>Users and tokens of one data folder.</summary>
    private sealed record Desk(Users Users, ApiTokens Tokens);

    /// <summary>What all of them share: the folder, the form of the answer, and how they fail.</summary>
    private sealed class Common(Func<string?, string, string> dataFolder, TimeProvider time, Screen screen)
    {
        public Command Act(string name, string about, IEnumerable<Symbol> symbols, Func<Desk, ParseResult, CancellationToken, Task<Result>> act)
        {
            var data = new Option<string?>("--data") { Description = "The data folder of the watch; else the config's", HelpName = "FOLDER" };
            var (config, format) = (ConfigOption.Create(), OutputOption.Create());
            var command = new Command(name, about) { data, config, format };
            foreach (var symbol in symbols)
            {
                if (symbol is Option option) command.Add(option);
                else if (symbol is Argument argument) command.Add(argument);
            }
            command.SetAction(async (parsed, cancellation) =>
            {
                var folder = dataFolder(parsed.GetValue(data), parsed.GetValue(config)!);
                if (!Directory.Exists(folder)) throw new Fault(AccessErrors.Storage, ExitCode.OutOfReach, $"{folder}: there is no data folder yet. Start `nines up` once, or name another with --data.");
                using var store = new AccessStore(folder, time);
                using var passwords = new Passwords();
                try
                {
                    ResultWriter.Write(await act(new Desk(new Users(store, passwords), new ApiTokens(store)), parsed, cancellation), OutputOption.Read(parsed, format), screen);
                    return (int)ExitCode.Done;
                }
                catch (AccessException refused)
                {
                    throw new Fault(refused.Code, refused.Code is AccessErrors.Damaged or AccessErrors.Storage ? ExitCode.OutOfReach : ExitCode.CalledWrong, refused.Message);
                }
            });
            return command;
        }
    }

    private sealed record UserRow(string Handle, string Role, bool Disabled, Instant Created, Instant PasswordChanged, string? Name, string? Mail)
    {
        public System.Collections.Immutable.ImmutableArray<string> Cells() => [Handle, Role, Disabled ? "no" : "yes", $"{InstantText.Of(Created)}", $"{InstantText.Of(PasswordChanged)}", Name ?? "-", Mail ?? "-"];
    }

    private sealed record TokenRow(string Id, string Name, string Owner, string Scope, Instant Created, Instant Expires, Instant? Used)
    {
        public System.Collections.Immutable.ImmutableArray<string> Cells() => [Id, Name, Owner, Scope, InstantText.Of(Expires), Used is { } used ? InstantText.Of(used) : "never"];
    }
}
