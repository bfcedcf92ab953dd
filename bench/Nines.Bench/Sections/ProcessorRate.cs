namespace Nines.Bench.Sections;

/// <summary>Operations a second of processor time: what another process takes from us does not count.</summary>
internal static class ProcessorRate
{
    /// <param name="operation">Does some, and returns how many.</param>
    /// <param name="seconds">Of this process's processor time, garbage collection and compilation included, after a warm-up half as long.</param>
    public static double Of(Func<int> operation, double seconds)
    {
        Run(operation, seconds / 2);
        return Run(operation, seconds);
    }

    private static double Run(Func<int> operation, double seconds)
    {
        var (began, done) = (Environment.CpuUsage.TotalTime, 0L);
        while (true)
        {
            done += operation();
            var spent = (Environment.CpuUsage.TotalTime - began).TotalSeconds;
            if (spent >= seconds) return done / spent;
        }
    }
}
