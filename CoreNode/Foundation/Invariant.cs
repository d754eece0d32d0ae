using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace CoreNode.Foundation;

/// <summary>
/// Checks what must hold whatever the outside world does. On in Release too: a node whose state is wrong must stop
/// before it acknowledges or persists anything more.
/// </summary>
public static class Invariant
{
    /// <summary>Fails when <paramref name="condition"/> is false.</summary>
    /// <exception cref="InvariantException">The condition does not hold.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void That(
        [DoesNotReturnIf(false)] bool condition,
        string what,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0)
    {
        if (!condition)
            Fail(what, file, line);
    }

    [DoesNotReturn]
    private static void Fail(string what, string file, int line) =>
        throw new InvariantException($"broken invariant: {what} ({Path.GetFileName(file)}:{line})");
}
