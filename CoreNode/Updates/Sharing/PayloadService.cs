using CoreNode.Foundation;
using CoreNode.Platform;

namespace CoreNode.Updates.Sharing;

/// <summary>
/// Answers other nodes that ask for a payload: with what was verified here, as fast as the limit lets it, and where it
/// still grows, as it grows. Any thread.
/// </summary>
internal sealed class PayloadService
{
    private const int PieceBytes = 64 << 10;

    // A reader that takes nothing for so long is given up; it may come back.
    private static readonly TimeSpan s_slowest = TimeSpan.FromSeconds(60);

    private readonly PayloadShelf _shelf;
    private readonly IFiles _files;
    private readonly SharingOptions _options;
    private readonly TimeProvider _time;
    private readonly SharePacer _pacer;
    private readonly Action<string> _asked;
    private readonly MetricCounter _sent;
    private int _readers;
    private int _keepers;

    public PayloadService(
        PayloadShelf shelf, IFiles files, SharingOptions options, TimeProvider time, MetricCounter sent,
        Action<string> asked)
    {
        (_shelf, _files, _options, _time, _sent, _asked) = (shelf, files, options, time, sent, asked);
        _pacer = new SharePacer(options.BytesPerSecond, time);
    }

    /// <summary>Serves one request.</summary>
    /// <param name="body">The question.</param>
    /// <param name="answer">Takes the answer.</param>
    /// <param name="cancellation">Fires when the other side is gone or this node stops.</param>
    /// <exception cref="FormatException">It is no question.</exception>
    public async Task ServeAsync(Stream body, Stream answer, CancellationToken cancellation)
    {
        if (await ShareLines.ReadLineAsync(body, cancellation) is not { } line)
            return;
        PeerQuestion question = ShareLines.ReadPeerQuestion(line);
        _asked(question.Machine);
        // Looked at first: what has come since is found.
        bool isComing = _shelf.Coming == question.Sha256;
        KeptPayload? kept = _shelf.Find(question.Sha256);
        if (kept is null || question.From < kept.Base)
        {
            bool isSoon = kept is null && isComing;
            await answer.WriteAsync(ShareLines.Write(isSoon ? PeerReply.Quiet : PeerReply.None), cancellation);
            return;
        }

        kept.Use();
        if (!kept.IsServed || (kept.Verified <= question.From && kept.Quiet >= QuietOf(kept)))
        {
            await answer.WriteAsync(ShareLines.Write(PeerReply.Quiet), cancellation);
            return;
        }

        int most = question.IsKeeper ? _options.MostKeepers : _options.MostReaders;
        if (Interlocked.Increment(ref question.IsKeeper ? ref _keepers : ref _readers) > most)
        {
            Interlocked.Decrement(ref question.IsKeeper ? ref _keepers : ref _readers);
            await answer.WriteAsync(ShareLines.Write(PeerReply.Busy), cancellation);
            return;
        }

        try
        {
            await answer.WriteAsync(ShareLines.Write(PeerReply.Data), cancellation);
            await SendAsync(kept, question.From, answer, cancellation);
        }
        finally
        {
            Interlocked.Decrement(ref question.IsKeeper ? ref _keepers : ref _readers);
        }
    }

    // Who follows another keeper is given time to go elsewhere when that one is quiet.
    private TimeSpan QuietOf(KeptPayload kept) => _options.Times.Quiet * (kept.IsFollowing ? 1.5 : 1);

    // Ends where nothing more comes: the other side knows how much there should be.
    private async Task SendAsync(KeptPayload kept, long from, Stream answer, CancellationToken cancellation)
    {
        byte[] buffer = new byte[PieceBytes];
        using IFile file = _files.Open(kept.Path, create: false);
        while (!kept.IsOver)
        {
            long end = kept.Verified;
            if (from < end)
            {
                int most = (int)Math.Min(buffer.Length, end - from);
                int count = file.Read(from - kept.Base, buffer.AsSpan(0, most));
                if (count == 0)
                    return;
                await _pacer.TakeAsync(count, cancellation);
                await WriteAsync(answer, buffer.AsMemory(0, count), cancellation);
                _sent.Add(count);
                from += count;
                kept.Use();
            }
            else if ((kept.Size > 0 && from >= kept.Size) || kept.Quiet >= QuietOf(kept))
            {
                return;
            }
            else
            {
                await kept.WaitAsync(from, QuietOf(kept), cancellation);
            }
        }
    }

    private async Task WriteAsync(Stream answer, ReadOnlyMemory<byte> piece, CancellationToken cancellation)
    {
        using CancellationTokenSource slow = new(s_slowest, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(slow.Token, cancellation);
        try
        {
            await answer.WriteAsync(piece, either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new IOException($"the other node took nothing for {s_slowest.TotalSeconds:0} s");
        }
    }
}
