using CoreNode.Foundation;
using Microsoft.Extensions.Logging;

namespace CoreNode.Discovery;

/// <summary>
/// Carries out a <see cref="DirectorySearch"/>: asks, waits, and says what it waits for. Waits for ever, as unattended
/// machines have to; the log says why.
/// </summary>
/// <param name="directory">Who is asked.</param>
/// <param name="note">Remembers in the data folder that this machine wrote itself down.</param>
/// <param name="time">Clock of the waits.</param>
/// <param name="logger">Where it says what it does.</param>
/// <param name="tell">Told in one line what is waited for, whenever that changes.</param>
public sealed class DirectorySearcher(
    IDirectory directory, RegistrationNote note, TimeProvider time, ILogger logger, Action<string> tell)
{
    private readonly long _start = time.GetTimestamp();
    private string _told = "";

    /// <summary>Runs until the cluster is complete or cannot be.</summary>
    public async Task<SearchOutcome> RunAsync(SearchPlan plan, Prng prng, CancellationToken cancellation)
    {
        string url = plan.Url.ToString();
        if (plan.HasRegistered)
            logger.Resuming(url);
        else
            logger.Searching(url, plan.Id is null ? plan.Self.Name : plan.Self.Text, plan.Id ?? "none");
        DirectorySearch search = new(plan, prng);
        SearchStep step = search.Resume();
        while (true)
        {
            switch (step)
            {
                case SearchStep.Ask ask:
                    step = search.Next(await AskAsync(search, plan, ask.Request, cancellation));
                    break;
                case SearchStep.Wait wait:
                    TellRetry(url, wait);
                    await Task.Delay(wait.Time, time, cancellation);
                    step = search.Resume();
                    break;
                case SearchStep.Found found:
                    logger.Complete(string.Join(',', found.Members.Select(m => m.Text)), Waited());
                    return new SearchOutcome.Found(found.Members, plan.Id is null ? null : plan.Self);
                case SearchStep.Full full:
                    return new SearchOutcome.Found(full.Members, null);
                case SearchStep.Failed failed:
                    return new SearchOutcome.Failed(failed.Reason);
                default:
                    throw new InvalidOperationException("an unknown kind of step");
            }
        }
    }

    private Task<DirectoryAnswer> AskAsync(
        DirectorySearch search, SearchPlan plan, DirectoryRequest request, CancellationToken cancellation)
    {
        if (request is DirectoryRequest.Watch)
            TellProgress(search, plan.Url.ToString());

        // Before the entry is made: a crash in between must not look like another machine's entry.
        if (request is DirectoryRequest.Register { Id: var id })
            note.Write(plan.Url.ToString(), id);
        return directory.AskAsync(request, cancellation);
    }

    private void TellProgress(DirectorySearch search, string url)
    {
        string names = string.Join(", ", search.Here);
        string text = $"{search.Here.Count} of {search.Size} machines are here ({names})";
        if (text == _told)
            return;
        _told = text;
        tell(text);
        logger.Progress(search.Here.Count, search.Size, names, search.Size - search.Here.Count, url, Waited());
    }

    private void TellRetry(string url, SearchStep.Wait wait)
    {
        _told = "";
        tell($"{url}: {wait.Reason}");
        logger.Retrying(url, wait.Reason, (int)Math.Ceiling(wait.Time.TotalSeconds), Waited());
    }

    private string Waited() => WaitText.Of(time.GetElapsedTime(_start));
}
