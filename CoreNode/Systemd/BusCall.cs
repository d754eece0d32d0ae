namespace CoreNode.Systemd;

/// <summary>One call on its way: made by any thread, sent and answered on the connection's.</summary>
internal sealed class BusCall(BusMethod method, string path, BusWrite? write, BusRead? read)
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public BusMethod Method => method;

    public string Path => path;

    /// <summary>Called on the connection's thread when there is no answer, with the reason.</summary>
    public Action<string>? OnFailed { get; init; }

    /// <summary>Ends with the answer read, or with <see cref="BusException"/>.</summary>
    public Task Done => _done.Task;

    public void Write(BusWriter writer) => write?.Invoke(writer);

    public void Answer(BusReader reader)
    {
        try
        {
            read?.Invoke(reader);
            _done.TrySetResult();
        }
        catch (FormatException odd)
        {
            Fail("org.corenode.Error.OddAnswer", $"{method.Member}: {odd.Message}");
        }
    }

    public void Fail(string name, string message)
    {
        OnFailed?.Invoke(message);
        _done.TrySetException(new BusException(name, message));
    }
}
