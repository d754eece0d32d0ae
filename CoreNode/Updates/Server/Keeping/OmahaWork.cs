using CoreNode.Updates.Omaha;
using CoreNode.Updates.Server.Answers;
using CoreNode.Updates.Server.Orders;

namespace CoreNode.Updates.Server.Keeping;

/// <summary>A machine's request. Whatever happens there is an answer, in Omaha's own words.</summary>
internal sealed class OmahaWork(OmahaDesk omaha, OmahaRequest request, string baseUrl, string address) : LedgerCall
{
    private readonly TaskCompletionSource<OmahaAppAnswer[]> _done =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly OmahaAppAnswer[] _answers = new OmahaAppAnswer[request.Apps.Count];

    /// <summary>Ends with the answers about each application, once what they rest on is durable.</summary>
    public Task<OmahaAppAnswer[]> Task => _done.Task;

    /// <inheritdoc/>
    public override void Run(OrderDesk desk, bool isReadOnly)
    {
        OmahaSetting setting = new(desk.Moment, desk.Now, baseUrl, desk.Books.SourceOf(address), isReadOnly);
        for (int i = 0; i < _answers.Length; i++)
            _answers[i] = omaha.Answer(request, request.Apps[i], setting, desk.Changes);
    }

    /// <summary>Answers that the server cannot now.</summary>
    public static OmahaAppAnswer[] Refused(OmahaRequest request)
    {
        OmahaAppAnswer[] answers = new OmahaAppAnswer[request.Apps.Count];
        for (int i = 0; i < answers.Length; i++)
            answers[i] = OmahaDesk.Refused(request.Apps[i], AppStatus.Internal);
        return answers;
    }

    /// <inheritdoc/>
    protected override void Answer() => _done.SetResult(_answers);

    /// <inheritdoc/>
    protected override void Refuse(Exception why) => _done.SetResult(Refused(request));
}
