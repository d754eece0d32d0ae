using System.Text;
using CoreNode.Updates.Omaha;
using CoreNode.Updates.Server.Answers;
using Microsoft.Extensions.Logging;

namespace CoreNode.Updates.Server.Keeping;

/// <summary>
/// From the bytes of a request to those of its answer: reading and writing XML happens on the caller's thread, deciding
/// on the ledger's. Whatever comes costs bounded memory and gets a document of Omaha. Any thread.
/// </summary>
internal sealed class OmahaService(
    Ledger ledger, OmahaDesk desk, ServerCounters counters, TimeProvider time, ILogger log, string name)
{
    private const int BeginBytes = 200;
    private const int MostNoted = 1000;

    private static readonly TimeSpan s_noteAgain = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new(); // _noted, _notedSince
    private readonly HashSet<string> _noted = new(StringComparer.Ordinal);
    private long _notedSince = time.GetTimestamp();

    public async Task<OmahaReply> ServeAsync(OmahaCall call, CancellationToken cancellation)
    {
        string address = AddressText.Of(call.From);
        if (OmahaRequestCodec.Read(call.Body.Span, out OmahaFault? fault) is not { } request)
        {
            counters.Unreadable.Increment();
            if (IsToBeNoted(address))
                ServerLog.Unreadable(log, address, fault!.Message, Begin(call.Body.Span));
            return new OmahaReply(400, Write([new OmahaAppAnswer { Id = "", Status = AppStatus.InvalidApplication }]));
        }

        OmahaWork work = new(desk, request, call.BaseUrl, address);
        if (ledger.TryPost(work))
            return new OmahaReply(200, Write(await work.Task.WaitAsync(cancellation)));
        counters.CountRefusal(AppStatus.Internal);
        return new OmahaReply(200, Write(OmahaWork.Refused(request)));
    }

    private byte[] Write(OmahaAppAnswer[] answers) => OmahaResponseCodec.Write(new OmahaResponse
    {
        Server = name,
        ElapsedSeconds = (long)time.GetUtcNow().TimeOfDay.TotalSeconds,
        Apps = answers,
    });

    // Each address once in a while, and not more addresses than a bound.
    private bool IsToBeNoted(string address)
    {
        lock (_gate)
        {
            if (time.GetElapsedTime(_notedSince) > s_noteAgain)
            {
                _noted.Clear();
                _notedSince = time.GetTimestamp();
            }

            return _noted.Count < MostNoted && _noted.Add(address);
        }
    }

    private static string Begin(ReadOnlySpan<byte> body) =>
        ForeignWords.Shown(Encoding.UTF8.GetString(body[..Math.Min(body.Length, BeginBytes)]));
}
