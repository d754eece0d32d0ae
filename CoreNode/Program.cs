namespace CoreNode;

internal static class Program
{
    private static int Main(string[] args)
    {
        Console.Error.WriteLine($"corenode: {args.Length} arguments, nothing built yet");
        return 2;
    }
}
