package io.dragoman.peer.hsf;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.Base64;

/**
 * The Hessian library of Caucho by itself: each line of stdin is the number of a codec and a body in base64; the line that answers
 * it is the class of what was read and the body that the library writes of that, or an exclamation mark and why it did not.
 */
public final class Turn {
    private Turn() { }

    public static void main(String[] args) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        for (String line; (line = in.readLine()) != null;) {
            System.out.println(answer(line));
        }
    }

    private static String answer(String line) {
        try {
            int space = line.indexOf(' ');
            int codec = Integer.parseInt(line.substring(0, space));
            Object value = Body.read(codec, Base64.getDecoder().decode(line.substring(space + 1)));
            return (value == null ? "null" : value.getClass().getName()) + " " + Base64.getEncoder().encodeToString(Body.write(codec, value));
        } catch (Exception e) {
            return "! " + e;
        }
    }
}
