using System.Text;

namespace Nines.Cli.Output;

/// <summary>Reads a line at the terminal without showing it: a password.</summary>
internal static class HiddenLine
{
    /// <returns>Null where nobody can be asked: stdin is no terminal.</returns>
    public static Func<string, string?>? Of(TextWriter talk) => Console.IsInputRedirected ? null : question =>
    {
        talk.Write(question);
        var line = new StringBuilder();
        while (true)
        {
            var key = Console.ReadKey(intercept: true);
            if (key.Key == ConsoleKey.Enter) break;
            if (key.Key == ConsoleKey.Backspace) line.Length = Math.Max(0, line.Length - 1);
            else if (!char.IsControl(key.KeyChar)) line.Append(key.KeyChar);
        }
        talk.Write("\n");
        return line.ToString();
    };
}
