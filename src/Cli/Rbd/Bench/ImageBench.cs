using System.Diagnostics;
using CurveRbd.Rados;
using CurveRbd.Rbd;

namespace CurveRbd.Cli.Rbd;

/// <summary>Runs a benchmark on an image and prints a line every second.</summary>
internal sealed class ImageBench(Image image, BenchPlan plan, Terminal terminal)
{
    private static readonly TimeSpan s_reportInterval = TimeSpan.FromSeconds(1);

    private readonly BenchOffsets _offsets = new(plan, image.Size);
    private readonly Stopwatch _watch = new();
    private long _reads;
    private long _writes;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        terminal.PrintLine(
            $"bench  type {plan.Type} io_size {plan.IoSize} io_threads {plan.Lanes} bytes {plan.Total} pattern {plan.PatternText}");
        terminal.PrintLine("  SEC       OPS   OPS/SEC   BYTES/SEC");
        _watch.Start();
        Task work = WorkAsync(cancellationToken);
        for (int seconds = 1; await Task.WhenAny(work, DelayUntil(seconds)).ConfigureAwait(false) != work; seconds++)
            PrintSecond(seconds);
        await work.ConfigureAwait(false);
        PrintSummary();
    }

    private Task DelayUntil(int seconds)
    {
        TimeSpan left = s_reportInterval * seconds - _watch.Elapsed;
        return Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero);
    }

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(Enumerable.Range(0, plan.Lanes).Select(lane => Task.Run(() => RunLaneAsync(lane, cancellationToken), CancellationToken.None)))
            .ConfigureAwait(false);
        if (plan.ReadShare < 100)
            await image.FlushAsync().ConfigureAwait(false);
    }

    private async Task RunLaneAsync(int lane, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[plan.IoSize];
        Random.Shared.NextBytes(buffer);
        while (_offsets.TryTake(lane, out ulong offset))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Random.Shared.Next(100) < plan.ReadShare)
            {
                await image.ReadAsync(offset, buffer).ConfigureAwait(false);
                Interlocked.Increment(ref _reads);
            }
            else
            {
                await image.WriteAsync(offset, buffer).ConfigureAwait(false);
                Interlocked.Increment(ref _writes);
            }
        }
    }

    private void PrintSecond(int seconds)
    {
        long count = Interlocked.Read(ref _reads) + Interlocked.Read(ref _writes);
        double rate = count / _watch.Elapsed.TotalSeconds;
        terminal.PrintLine($"{seconds,5} {count,9} {rate,9:F2}   {BytesPerSecond(rate)}");
    }

    private void PrintSummary()
    {
        double seconds = Math.Max(_watch.Elapsed.TotalSeconds, 1e-6);
        terminal.PrintLine(
            $"elapsed: {(long)seconds}   {Rates("ops", "ops/sec", "bytes/sec", _reads + _writes, seconds)}");
        if (plan.Type != "readwrite")
            return;
        terminal.PrintLine(Rates("read_ops", "read_ops/sec", "read_bytes/sec", _reads, seconds));
        terminal.PrintLine(Rates("write_ops", "write_ops/sec", "write_bytes/sec", _writes, seconds));
    }

    private string Rates(string count, string perSecond, string bytes, long operations, double seconds)
    {
        double rate = operations / seconds;
        return $"{count}: {operations}   {perSecond}: {rate:G6}   {bytes}: {BytesPerSecond(rate)}";
    }

    private string BytesPerSecond(double rate) => ByteCount.ToText((ulong)(rate * plan.IoSize)) + "/s";
}
