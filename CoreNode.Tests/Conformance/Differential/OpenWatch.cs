namespace CoreNode.Tests.Conformance.Differential;

/// <summary>The same watch on both servers, from its answer's head until the next barrier.</summary>
internal sealed record OpenWatch(
    DifferentialRequest Request, KeepAliveConnection Reference, KeepAliveConnection Subject) : IDisposable
{
    /// <summary>
    /// True when both have told equally much: the same number of events, and both open or both ended.
    /// </summary>
    public bool AreEven =>
        Reference.Reader.BodyLines == Subject.Reader.BodyLines
        && Reference.Reader.IsComplete == Subject.Reader.IsComplete;

    /// <summary>Takes what has arrived on both sides; true when something has.</summary>
    public bool Pump()
    {
        int before = Reference.Reader.BodyLength + Subject.Reader.BodyLength;
        bool wereComplete = Reference.Reader.IsComplete && Subject.Reader.IsComplete;
        Reference.Pump();
        Subject.Pump();
        bool areComplete = Reference.Reader.IsComplete && Subject.Reader.IsComplete;
        return Reference.Reader.BodyLength + Subject.Reader.BodyLength > before || wereComplete != areComplete;
    }

    public void Dispose()
    {
        Reference.Dispose();
        Subject.Dispose();
    }
}
