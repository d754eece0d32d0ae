namespace CoreNode.Tests.Architecture.Samples.Shell;

/// <summary>What the sample decider must not use, in every way in which a type can be used.</summary>
internal class Thing : Exception
{
    public const int Constant = 7;

    public static readonly int Number = 7;

    public static int Twice(int value) => value * 2;

    public static T Make<T>() where T : new() => new();
}
