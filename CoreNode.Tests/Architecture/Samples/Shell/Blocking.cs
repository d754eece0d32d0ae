namespace CoreNode.Tests.Architecture.Samples.Shell;

/// <summary>Ways in which a service must not wait for a task, and the one in which it may.</summary>
internal static class Blocking
{
    public static int Read(Task<int> task) => task.Result;

    public static int Take(Task<int> task) => task.GetAwaiter().GetResult();

    public static Task Start() => Task.Run(static () => 1);

    public static async Task<int> AwaitAsync(Task<int> task, ValueTask other)
    {
        await other;
        return await task;
    }
}
