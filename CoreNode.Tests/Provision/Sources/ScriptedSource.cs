using CoreNode.Provision.Model;
using CoreNode.Provision.Sources;

namespace CoreNode.Tests.Provision.Sources;

/// <summary>A source that answers each attempt as the test says, and notes when it was asked.</summary>
/// <param name="name">Its name.</param>
/// <param name="time">The clock.</param>
/// <param name="answer">Answers an attempt, counted from 1.</param>
internal sealed class ScriptedSource(string name, TimeProvider time, Func<int, Task<UserData?>> answer) : IDataSource
{
    private readonly long _began = time.GetTimestamp();

    public string Name => name;

    /// <summary>Seconds since the beginning, of each attempt.</summary>
    public List<double> Asked { get; } = [];

    public bool IsCancelled { get; private set; }

    public async Task<UserData?> FetchAsync(CancellationToken cancellation)
    {
        Asked.Add(Math.Round(time.GetElapsedTime(_began).TotalSeconds, 3));
        try
        {
            return await answer(Asked.Count).WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            IsCancelled = true;
            throw;
        }
    }
}
